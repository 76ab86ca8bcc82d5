package dev.eider.warehouse.storage;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What somebody else than this package needs to read the buckets of a warehouse. Immutable; prints no secret.
 *
 * @param prefixes what may be read, each {@code s3://bucket} or {@code s3://bucket/prefix}
 * @param server of the S3 protocol, nothing for Amazon's own
 * @param region where the buckets are
 * @param pathStyle whether a bucket is a part of the path and not of the host's name
 * @param attempts how often a request is sent until it counts as failed
 * @param keys tells the keys that are valid now: they may be lent for a while
 */
public record BucketAccess(
        List<String> prefixes,
        Optional<Server> server,
        String region,
        boolean pathStyle,
        int attempts,
        Supplier<S3Config.Credentials> keys) {

    /**
     * A server of the S3 protocol. Immutable.
     *
     * @param address host and port, and a path if it has one
     * @param tls whether it is spoken to in secret
     */
    public record Server(String address, boolean tls) {}

    /** Copies the list, so that nobody changes it later. */
    public BucketAccess {
        prefixes = List.copyOf(prefixes);
    }
}
