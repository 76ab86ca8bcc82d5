package dev.eider.warehouse;

import java.time.Instant;
import java.util.Map;

/**
 * One kept snapshot of a table. Immutable.
 *
 * @param snapshotId its id
 * @param parentId the snapshot it was made from, -1 for the first
 * @param sequenceNumber its place in the order of commits
 * @param committedAt when it became current
 * @param operation append, overwrite, delete or replace
 * @param current whether reads see it now
 * @param summary the counts that its writer recorded
 */
public record SnapshotListing(
        long snapshotId,
        long parentId,
        long sequenceNumber,
        Instant committedAt,
        String operation,
        boolean current,
        Map<String, String> summary) {

    /** Copies the map, so that nobody changes it later. */
    public SnapshotListing {
        summary = Map.copyOf(summary);
    }
}
