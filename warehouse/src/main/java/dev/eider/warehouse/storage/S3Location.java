package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bucket and a key in it, or the beginning of keys. Immutable.
 *
 * @param key without a leading slash; empty for a whole bucket
 */
record S3Location(String bucket, String key) {
    private static final Pattern FORM = Pattern.compile("s3[an]?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?");

    /** Reads a location; {@code s3a} and {@code s3n} are the same place under Hadoop's names. */
    static S3Location parse(String location) {
        Matcher matcher = FORM.matcher(location);
        if (!matcher.matches()) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST, "Location %s is not s3://bucket/key".formatted(location));
        }
        String key = matcher.group(2) == null ? "" : matcher.group(2);
        // Servers that keep files in directories resolve such names.
        if (Arrays.stream(key.split("/", -1)).anyMatch(part -> part.equals(".") || part.equals(".."))) {
            throw new EiderException(
                    ErrorCode.FORBIDDEN,
                    "Location %s has a part of its key that is \".\" or \"..\"".formatted(location));
        }
        return new S3Location(matcher.group(1), key);
    }

    /** Returns the beginning of keys that a typed location means: without slashes at its end. */
    static S3Location prefix(String location) {
        S3Location typed = parse(location);
        return new S3Location(typed.bucket(), typed.key().replaceFirst("/+$", ""));
    }

    /** Returns whether this lies below a prefix, or is it. */
    boolean isBelow(S3Location prefix) {
        return bucket.equals(prefix.bucket)
                && (prefix.key.isEmpty() || key.equals(prefix.key) || key.startsWith(prefix.key + "/"));
    }

    @Override
    public String toString() {
        return "s3://" + bucket + (key.isEmpty() ? "" : "/" + key);
    }
}
