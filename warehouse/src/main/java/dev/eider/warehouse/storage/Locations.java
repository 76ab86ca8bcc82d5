package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Locations as metadata writes them: absolute {@code file:///} URIs, without percent-encoding, whatever a person typed,
 * or {@code s3://bucket/key}.
 *
 * <p>Engines disagree about percent signs in locations; text that is never encoded means the same to all of them.
 */
public final class Locations {
    private static final String FILE = "file:";
    private static final Pattern SCHEME = Pattern.compile("^[a-z][a-z0-9+.-]*://.*");
    private static final Pattern S3 = Pattern.compile("^s3[an]?://.*");

    private Locations() {}

    /** Turns a path, relative or absolute, a {@code file:} URI or an S3 prefix into the location under which it is stored. */
    public static String normalized(String typed) {
        return isS3(typed) ? S3Location.prefix(typed).toString() : ofPath(path(typed));
    }

    /** Returns one spelling for all of a location; links are not resolved. */
    public static String canonical(String location) {
        return isS3(location) ? S3Location.parse(location).toString() : ofPath(path(location));
    }

    /** Returns whether a location is in a bucket. */
    public static boolean isS3(String location) {
        return S3.matcher(location).matches();
    }

    /** Returns the bucket that a location is in. */
    public static String bucket(String location) {
        return S3Location.parse(location).bucket();
    }

    /** Returns whether a location is a path of this host. */
    public static boolean isLocal(String location) {
        return location.startsWith(FILE) || !hasScheme(location);
    }

    /** Returns the location of a local path. */
    public static String ofPath(Path path) {
        String absolute = path.toAbsolutePath().normalize().toString();
        return "file://" + (absolute.equals("/") ? "" : absolute);
    }

    /** Returns the local path of a location; other schemes are refused. */
    public static Path path(String location) {
        String path = location;
        if (location.startsWith(FILE)) {
            path = location.substring(FILE.length());
            if (path.startsWith("//")) {
                path = path.substring(2);
                if (!path.startsWith("/")) {
                    throw unsupported(location);
                }
            }
        } else if (hasScheme(location)) {
            throw unsupported(location);
        }
        try {
            return Path.of(path).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "Location " + location + " is not a path", e);
        }
    }

    private static boolean hasScheme(String location) {
        return SCHEME.matcher(location.toLowerCase(Locale.ROOT)).matches();
    }

    private static EiderException unsupported(String location) {
        int end = location.indexOf(':');
        return new EiderException(
                ErrorCode.UNSUPPORTED,
                "A location that begins with %s is neither a path of this host nor s3://bucket/key"
                        .formatted(location.substring(0, end + 1)),
                new IllegalArgumentException(location));
    }
}
