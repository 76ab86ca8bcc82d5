package dev.eider.warehouse.storage;

import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * Where tests keep their warehouses: on the local disk, or in buckets if {@code eider.test.storage} is {@code s3}. Tests
 * with the tag {@code storage} run both ways. With {@code eider.test.reads=direct}, and extensions of DuckDB to test with,
 * the engine reads the buckets itself.
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
        S3Server.shared().createBucket(bucket);
        return new StorageConfig(
                "s3://" + bucket + "/warehouse",
                List.of(),
                S3Server.shared().config(),
                new CacheConfig(
                        directory.resolve("cache"),
                        CACHE_BYTES,
                        isReadDirectly() ? StorageConfig.Reads.DIRECT : StorageConfig.Reads.AUTO));
    }

    /** Returns whether the engine reads buckets itself, with the extension of DuckDB that the tests may use. */
    public static boolean isReadDirectly() {
        return isS3() && System.getProperty("eider.test.reads", "auto").equals("direct");
    }

    /** Returns what tells another Java process to use the same warehouse. */
    public static List<String> propertiesForAnotherProcess(Path directory) {
        return of(directory)
                .s3()
                .endpoint()
                .map(endpoint -> List.of("-Deider.test.storage=s3", "-D" + S3Server.ENDPOINT + "=" + endpoint))
                .orElse(List.of());
    }
}
