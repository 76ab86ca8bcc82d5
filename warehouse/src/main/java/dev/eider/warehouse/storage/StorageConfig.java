package dev.eider.warehouse.storage;

import java.nio.file.Path;
import java.util.List;

/**
 * Where files may be, and how they are reached. Immutable.
 *
 * @param warehouse the root of new tables: a path, a {@code file:///} URI or {@code s3://bucket/prefix}
 * @param allowedLocations further prefixes that tables may lie under; the warehouse always is one
 * @param s3 how buckets are reached
 * @param cache where files of buckets are kept on this host
 * @param adopt whether to take a warehouse over that carries the mark of another catalog, or has lost its own
 */
public record StorageConfig(
        String warehouse, List<String> allowedLocations, S3Config s3, CacheConfig cache, boolean adopt) {

    /** Copies the list, so that nobody changes it later. */
    public StorageConfig {
        allowedLocations = List.copyOf(allowedLocations);
    }

    /** Describes storage that takes over nothing of another catalog. */
    public StorageConfig(String warehouse, List<String> allowedLocations, S3Config s3, CacheConfig cache) {
        this(warehouse, allowedLocations, s3, cache, false);
    }

    /** Describes storage without buckets. */
    public StorageConfig(String warehouse, List<String> allowedLocations) {
        this(warehouse, allowedLocations, S3Config.DEFAULT, CacheConfig.NONE);
    }

    /**
     * Where copies of files in buckets are kept on this host. Immutable.
     *
     * @param directory each process takes a directory of its own below it
     * @param bytes how much is kept between queries; 0 keeps nothing
     * @param reads which files of buckets are read where they are
     */
    public record CacheConfig(Path directory, long bytes, Reads reads) {
        /** Where nothing is in buckets. */
        public static final CacheConfig NONE = new CacheConfig(Path.of("eider-cache"), 0);

        /** Describes a cache for what an engine that can reach buckets does not read there. */
        public CacheConfig(Path directory, long bytes) {
            this(directory, bytes, Reads.AUTO);
        }
    }

    /** How files in buckets are read, by an engine that can reach buckets; by any other, always by way of this host. */
    public enum Reads {
        /** Where they are the first time, if they are large, and by way of this host after that. */
        AUTO,
        /** By way of this host. */
        CACHED,
        /** Where they are; an engine that cannot is refused. */
        DIRECT
    }
}
