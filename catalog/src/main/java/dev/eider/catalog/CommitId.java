package dev.eider.catalog;

import java.util.UUID;

/**
 * Names one change, the same over all attempts to commit it, so that it can be recognised in the table's history.
 *
 * @param mark unique for each change; stored in the snapshot's summary
 */
public record CommitId(UUID mark) {

    /** Names a new change. */
    public static CommitId create() {
        return new CommitId(UUID.randomUUID());
    }
}
