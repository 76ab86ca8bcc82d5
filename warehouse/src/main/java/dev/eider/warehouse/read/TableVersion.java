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
}
