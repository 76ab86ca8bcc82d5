package dev.eider.catalog;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * What became of a change. A database may apply a change and lose the reply, so there is a third case beside success and
 * failure.
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
     * @param groupSize how many changes share the commit, this one included
     * @param queued how long it waited for its turn
     * @param committed how long the commit took
     */
    record Committed(OptionalLong snapshotId, long sequenceNumber, int groupSize, Duration queued, Duration committed)
            implements CommitOutcome {
        @Override
        public Committed orThrow() {
            return this;
        }
    }

    /**
     * Appends of these idempotency keys are in already, by other commits; nothing of this change is in. Its files may be
     * deleted.
     */
    record AlreadyCommitted(List<LedgerEntry> entries) implements CommitOutcome {
        /** Copies the list, so that nobody changes it later. */
        public AlreadyCommitted {
            entries = List.copyOf(entries);
        }

        @Override
        public Committed orThrow() {
            throw new EiderException(
                    ErrorCode.ALREADY_EXISTS,
                    "The idempotency key \"%s\" was used already"
                            .formatted(entries.get(0).key().key()));
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
