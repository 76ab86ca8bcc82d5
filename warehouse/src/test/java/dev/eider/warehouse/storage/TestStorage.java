package dev.eider.warehouse.storage;

import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * Where tests keep their warehouses: on the local disk, or in buckets if {@code eider.test.storage} is {@code s3}. Tests
 * with the tag {@code storage} run both ways.
 */
public final class TestStorage {
    private static final long CACHE_BYTES = 1L << 30;

    private TestStorage() {}

    /** Returns whether warehouses are in buckets. */
    public static boolean isS3() {
        return System.getProperty("eider.test.storage", "local").equals("s3");
    }

    /** Returns the same warehouse for the same directory, which is the test's own. */
    public static StorageConfig of(Path directory) {
        if (!isS3()) {
            return new StorageConfig(directory.resolve("warehouse").toString(), List.of());
        }
        String bucket = "test-"
                + Integer.toHexString(directory.toAbsolutePath().toString().hashCode());
        S3Server server = S3Server.shared();
        server.createBucket(bucket);
        return new StorageConfig(
                "s3://" + bucket + "/warehouse",
                List.of(),
                server.config(),
                new CacheConfig(directory.resolve("cache"), CACHE_BYTES));
    }
}
