package dev.eider.catalog;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What became of a change: three-valued, because a database may apply a change and lose the reply.
 *
 * <p>Immutable. {@link #orThrow()} is for callers that treat everything but success alike.
 */
public sealed interface CommitOutcome {

    /** Returns the success, or throws what the change failed with. */
    Committed orThrow();

    /**
     * The change is in and durable.
     *
     * @param snapshotId the snapshot that carries it; absent for a change that makes none
     * @param sequenceNumber that snapshot's sequence number, 0 without one
     * @param repeated whether it was in before this call
     * @param queued how long it waited for its turn
     * @param committed how long the commit took
     */
    record Committed(
            OptionalLong snapshotId, long sequenceNumber, boolean repeated, Duration queued, Duration committed)
            implements CommitOutcome {
        @Override
        public Committed orThrow() {
            return this;
        }

        Committed timed(Duration waited, Duration took) {
            return new Committed(snapshotId, sequenceNumber, repeated, waited, took);
        }
    }

    /** The change is not in and never will be: its files may be deleted. */
    record Rejected(EiderException reason) implements CommitOutcome {
        @Override
        public Committed orThrow() {
            throw reason;
        }
    }

    /** Nobody knows whether the change is in: its files must be kept. */
    record Unknown(EiderException reason) implements CommitOutcome {
        @Override
        public Committed orThrow() {
            throw reason;
        }
    }
}
