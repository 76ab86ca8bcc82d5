package dev.eider.warehouse.write;

import java.time.Duration;
import java.util.Optional;

/**
 * How one stream of rows is to be written. Immutable.
 *
 * @param mode what may happen to a missing or an existing table
 * @param commitEveryRows commit as soon as at least this many rows are uncommitted; 0 means only at the end
 * @param commitEvery commit when rows have waited this long; absent means only at the end
 */
public record WriteOptions(WriteMode mode, long commitEveryRows, Optional<Duration> commitEvery) {

    /** One append, creating the table if it is missing. */
    public static final WriteOptions DEFAULT = new WriteOptions(WriteMode.CREATE_APPEND, 0, Optional.empty());
}
