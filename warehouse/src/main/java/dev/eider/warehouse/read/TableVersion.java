package dev.eider.warehouse.read;

import java.time.Instant;

/** Which state of a table is read. Immutable. */
public sealed interface TableVersion {

    /** The state that is current when the statement starts. */
    record Latest() implements TableVersion {}

    /** One snapshot by its id. */
    record AtSnapshot(long snapshotId) implements TableVersion {}

    /** The snapshot that was current at an instant. */
    record AsOf(Instant instant) implements TableVersion {}

    /** The head of a branch, or the snapshot that a tag names. */
    record AtRef(String name) implements TableVersion {}

    /**
     * Reads a version as people write it outside of SQL: the id of a snapshot; a day, or a moment such as {@code
     * 2026-03-01T10:00:00Z}, in UTC if it names no zone; else the name of a branch or tag.
     */
    static TableVersion of(String text) {
        return VersionText.read(text);
    }
}
