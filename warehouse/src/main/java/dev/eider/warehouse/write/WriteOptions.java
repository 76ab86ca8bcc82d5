package dev.eider.warehouse.write;

import java.time.Duration;
import java.util.Optional;

/**
 * How one stream of rows is to be written. Immutable.
 *
 * @param mode what may happen to a missing or an existing table
 * @param commitEveryRows commit as soon as at least this many rows are uncommitted; 0 means only at the end
 * @param commitEvery commit when rows have waited this long; absent means only at the end
 * @param idempotencyKey the caller's own name for the append: rows under a name that is in already are not stored again
 * @param contentDigest what the caller says about the rows, compared when a name comes again
 * @param branch the branch to append to
 */
public record WriteOptions(
        WriteMode mode,
        long commitEveryRows,
        Optional<Duration> commitEvery,
        Optional<String> idempotencyKey,
        Optional<String> contentDigest,
        String branch) {

    /** The branch that is read unless another is named. */
    public static final String MAIN = "main";

    /** One append, creating the table if it is missing. */
    public static final WriteOptions DEFAULT = of(WriteMode.CREATE_APPEND);

    /** Returns the options of one append in this mode, without a key. */
    public static WriteOptions of(WriteMode mode) {
        return new WriteOptions(mode, 0, Optional.empty(), Optional.empty(), Optional.empty(), MAIN);
    }

    /** Returns a copy that commits in steps. */
    public WriteOptions inSteps(long everyRows, Optional<Duration> every) {
        return new WriteOptions(mode, everyRows, every, idempotencyKey, contentDigest, branch);
    }

    /** Returns a copy under a key. */
    public WriteOptions withKey(String key) {
        return new WriteOptions(mode, commitEveryRows, commitEvery, Optional.of(key), contentDigest, branch);
    }
}
