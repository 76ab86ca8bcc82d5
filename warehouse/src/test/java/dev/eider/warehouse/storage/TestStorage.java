package dev.eider.warehouse.storage;

import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where tests keep their warehouses: on the local disk, or in buckets if {@code eider.test.storage} is {@code s3}. Tests
 * with the tag {@code storage} run both ways. With {@code eider.test.reads=direct}, and extensions of DuckDB to test with,
 * the engine reads the buckets itself.
 */
public final class TestStorage {
    private static final long CACHE_BYTES = 1L << 30;

    /** Of the server of the process that started this one. */
    private static final String ENDPOINT = "eider.test.endpoint";

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
        S3Config s3 = Optional.ofNullable(System.getProperty(ENDPOINT))
                .map(endpoint -> S3Server.config(endpoint, S3Server.KEYS))
                .orElseGet(() -> shared(bucket));
        return new StorageConfig(
                "s3://" + bucket + "/warehouse",
                List.of(),
                s3,
                new CacheConfig(
                        directory.resolve("cache"),
                        CACHE_BYTES,
                        isReadDirectly() ? StorageConfig.Reads.DIRECT : StorageConfig.Reads.AUTO));
    }

    /** Returns whether the engine reads buckets itself, with the extension of DuckDB that the tests may use. */
    public static boolean isReadDirectly() {
        return isS3() && System.getProperty("eider.test.reads", "auto").equals("direct");
    }

    private static S3Config shared(String bucket) {
        S3Server.shared().createBucket(bucket);
        return S3Server.shared().config();
    }

    /** Returns what tells another Java process to use the same warehouse. */
    public static List<String> propertiesForAnotherProcess(Path directory) {
        return of(directory)
                .s3()
                .endpoint()
                .map(endpoint -> List.of("-Deider.test.storage=s3", "-D" + ENDPOINT + "=" + endpoint))
                .orElse(List.of());
    }
}
