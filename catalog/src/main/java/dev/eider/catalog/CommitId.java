package dev.eider.catalog;

import java.util.UUID;

/**
 * Names one committed change, the same over all attempts to commit it, so that it can be recognised afterwards.
 *
 * @param mark unique for each change; stored in the commit log, and in the summary of the change's snapshots
 */
record CommitId(UUID mark) {
    /** Where a snapshot's summary names the change that made it. */
    static final String SUMMARY_PROPERTY = "eider.commit-id";

    /** Names a new change. */
    static CommitId create() {
        return new CommitId(UUID.randomUUID());
    }
}
