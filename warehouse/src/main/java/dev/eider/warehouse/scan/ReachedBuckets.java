package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.storage.Locations;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which buckets the engine reaches: not all that this process reaches, because it has other certificates and proxies.
 *
 * <p>Found out at the first file of each, and again some time after a failure. Thread-safe.
 */
final class ReachedBuckets {
    private static final Logger LOG = LoggerFactory.getLogger(ReachedBuckets.class);
    private static final Duration ANOTHER_TRY = Duration.ofMinutes(5);

    /** When a bucket was not reached, by {@link System#nanoTime}; {@link Long#MIN_VALUE} once it was. */
    private final Map<String, Long> known = new ConcurrentHashMap<>();

    /**
     * Returns whether the engine can read files of a bucket.
     *
     * @param location of a file, whose footer is read if that is not known yet
     */
    boolean reaches(EngineConnection connection, String location) {
        String bucket = Locations.bucket(location);
        Long failed = known.get(bucket);
        if (failed != null && failed == Long.MIN_VALUE) {
            return true;
        }
        if (failed != null && System.nanoTime() - failed < ANOTHER_TRY.toNanos()) {
            return false;
        }
        try {
            connection.query(
                    "SELECT num_rows FROM parquet_file_metadata(" + ScanPaths.literalInBucket(location) + ")",
                    row -> row.getLong(1));
            known.put(bucket, Long.MIN_VALUE);
            return true;
        } catch (EiderException e) {
            if (e.code() != ErrorCode.STORAGE_FAILED) {
                throw e;
            }
            LOG.warn("The engine does not reach a bucket: its files come to this host, bucket={}", bucket, e);
            known.put(bucket, System.nanoTime());
            return false;
        }
    }
}
