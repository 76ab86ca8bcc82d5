package dev.eider.warehouse.write;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import org.apache.iceberg.SnapshotRef;

/**
 * How one stream of rows is to be written. Immutable.
 *
 * @param mode what may happen to a missing or an existing table
 * @param commitEveryRows commit as soon as at least this many rows are uncommitted; 0 means only at the end
 * @param commitEvery commit when rows have waited this long; absent means only at the end
 * @param idempotencyKey the caller's own name for this append: repeating it stores nothing twice
 * @param contentDigest what the caller says about the rows' content: the same key with another one is refused
 * @param branch the existing branch that gets the rows
 */
public record WriteOptions(
        WriteMode mode,
        long commitEveryRows,
        Optional<Duration> commitEvery,
        Optional<String> idempotencyKey,
        Optional<String> contentDigest,
        String branch) {

    /** One append, creating the table if it is missing. */
    public static final WriteOptions DEFAULT = of(WriteMode.CREATE_APPEND);

    /** Refuses keys that would not name exactly one append. */
    public WriteOptions {
        if (idempotencyKey.isPresent() && (commitEveryRows > 0 || commitEvery.isPresent())) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "idempotency-key cannot be combined with commit-every-rows or commit-every-seconds: one key names one"
                            + " append");
        }
        if (contentDigest.isPresent() && idempotencyKey.isEmpty()) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "content-digest needs an idempotency-key: it is compared with that key's");
        }
    }

    /** Returns options for one append without a key, to the main branch. */
    public static WriteOptions of(WriteMode mode) {
        return new WriteOptions(mode, 0, Optional.empty(), Optional.empty(), Optional.empty(), SnapshotRef.MAIN_BRANCH);
    }

    /** Returns options that commit in steps, without a key, to the main branch. */
    public static WriteOptions inSteps(WriteMode mode, long everyRows, Optional<Duration> every) {
        return new WriteOptions(mode, everyRows, every, Optional.empty(), Optional.empty(), SnapshotRef.MAIN_BRANCH);
    }

    /** Returns a copy under a key. */
    public WriteOptions withKey(String key) {
        return new WriteOptions(mode, commitEveryRows, commitEvery, Optional.of(key), contentDigest, branch);
    }
}
