package dev.eider.warehouse.storage;

import java.util.Map;
import java.util.Optional;

/**
 * How buckets are reached. Immutable; prints no secret.
 *
 * @param endpoint URL of a server of the S3 protocol, nothing for Amazon's own
 * @param region nothing to ask the environment, the profile or the instance
 * @param pathStyle whether a bucket is a part of the path and not of the host's name
 * @param credentials nothing to ask the environment, the profile, a web identity, the container or the instance
 * @param profile which profile of the shared configuration files to use
 * @param encryption what is asked of the server for files at rest
 * @param partBytes size of the parts in which large files are sent
 * @param attempts how often a request is sent until it counts as failed
 */
public record S3Config(
        Optional<String> endpoint,
        Optional<String> region,
        boolean pathStyle,
        Optional<Credentials> credentials,
        Optional<String> profile,
        Encryption encryption,
        long partBytes,
        int attempts) {

    /** Amazon's own S3, as the environment says. */
    public static final S3Config DEFAULT = new S3Config(
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            Encryption.NONE,
            32L << 20,
            5);

    /**
     * Keys of an account. Prints none of them.
     *
     * @param sessionToken for keys that are lent for a while
     */
    public record Credentials(String accessKeyId, String secretAccessKey, Optional<String> sessionToken) {
        @Override
        public String toString() {
            return "Credentials[***]";
        }
    }

    /**
     * Encryption by the server, in Iceberg's terms ({@code s3.sse.type}, {@code .key} and {@code .md5}). Prints no key.
     *
     * @param type none, s3, kms, dsse-kms or custom
     * @param key the id of the key for kms, the key itself for custom
     * @param md5 of the key, for custom
     */
    public record Encryption(String type, Optional<String> key, Optional<String> md5) {
        /** Whatever the bucket does by itself. */
        public static final Encryption NONE = new Encryption("none", Optional.empty(), Optional.empty());

        @Override
        public String toString() {
            return "Encryption[" + type + "]";
        }

        /** Adds Iceberg's own properties for it. */
        void addTo(Map<String, String> properties) {
            properties.put("s3.sse.type", type);
            key.ifPresent(value -> properties.put("s3.sse.key", value));
            md5.ifPresent(value -> properties.put("s3.sse.md5", value));
        }
    }
}
