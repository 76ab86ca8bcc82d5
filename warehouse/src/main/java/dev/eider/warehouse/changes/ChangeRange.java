package dev.eider.warehouse.changes;

import java.util.Optional;
import org.apache.iceberg.Snapshot;

/**
 * The commits whose changes are asked for. Immutable.
 *
 * @param afterSnapshotId the snapshot whose successors count, {@link #BEGINNING} for all commits; need not be kept
 * @param afterSequenceNumber its sequence number, 0 for all commits
 * @param upTo the last snapshot that counts, nothing for a table without one
 */
public record ChangeRange(long afterSnapshotId, long afterSequenceNumber, Optional<Snapshot> upTo) {
    /** Stands for the time before the first snapshot. */
    public static final long BEGINNING = 0;

    /** Returns the last sequence number that counts. */
    long upToSequenceNumber() {
        return upTo.map(Snapshot::sequenceNumber).orElse(0L);
    }
}
