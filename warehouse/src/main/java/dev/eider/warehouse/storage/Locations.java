package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Locations as metadata writes them: absolute {@code file:///} URIs, without percent-encoding, whatever a person typed.
 *
 * <p>Engines disagree about percent signs in locations; text that is never encoded means the same to all of them.
 */
public final class Locations {
    private static final String FILE = "file:";

    private Locations() {}

    /** Turns a path, relative or absolute, or a {@code file:} URI into the location under which it is stored. */
    public static String normalized(String typed) {
        return ofPath(path(typed));
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
        return location.toLowerCase(Locale.ROOT).matches("^[a-z][a-z0-9+.-]*://.*");
    }

    private static EiderException unsupported(String location) {
        return new EiderException(
                ErrorCode.UNSUPPORTED,
                "Location %s is not on this host: this version keeps tables on local disk".formatted(location));
    }
}
