package dev.eider.warehouse.write;

import java.time.Duration;

/**
 * Limits and shape of what is written. Immutable.
 *
 * @param autoCreate whether an append may create a missing table
 * @param maxOpen how many appends may hold a file open at once
 * @param maxQueued how many more may wait for a place
 * @param queueTimeout how long they wait
 * @param idleTimeout how long a stream may send nothing
 * @param targetFileBytes size at which a data file is closed and the next begun
 * @param rowGroupRows rows of one Parquet row group
 * @param bufferBytes Arrow bytes held in memory for one append, before and while they are written
 */
public record WriteConfig(
        boolean autoCreate,
        int maxOpen,
        int maxQueued,
        Duration queueTimeout,
        Duration idleTimeout,
        long targetFileBytes,
        long rowGroupRows,
        long bufferBytes) {}
