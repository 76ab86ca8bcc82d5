package dev.eider.warehouse.write;

import dev.eider.warehouse.storage.FileSync;
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
 * @param coalesceBytes appends below this size share data files with others that wait for the same table
 * @param keyRetention how long idempotency keys are remembered
 * @param sync how data files are made durable
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
        long coalesceBytes,
        Duration keyRetention,
        FileSync sync,
        long bufferBytes) {}
