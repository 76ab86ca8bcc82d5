package dev.eider.catalog;

import java.time.Instant;

/**
 * An append that is in, under the caller's own name for it.
 *
 * @param key the name, and what was appended
 * @param snapshotId the snapshot that carries the rows, -1 for an append without rows
 * @param sequenceNumber that snapshot's sequence number
 * @param committed when it was committed
 */
public record LedgerEntry(IdempotencyKey key, long snapshotId, long sequenceNumber, Instant committed) {}
