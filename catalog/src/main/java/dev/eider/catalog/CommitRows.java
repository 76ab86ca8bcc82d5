package dev.eider.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What the commit log is to say of a change of table metadata. Immutable.
 *
 * @param rows one for each snapshot that was added to a branch; one without a snapshot if there is none
 * @param leapt the new metadata, if a branch was set to something else than a child of what it was
 */
record CommitRows(List<CommitLog.Row> rows, Optional<TableMetadata> leapt) {

    /** Compares the metadata before a change, if there was any, with that after it. */
    static CommitRows of(CommitId id, @Nullable TableMetadata base, TableMetadata next) {
        List<CommitLog.Row> rows = new ArrayList<>();
        boolean leapt = false;
        for (var entry : next.refs().entrySet()) {
            SnapshotRef before = base == null ? null : base.refs().get(entry.getKey());
            long parent = before == null ? -1 : before.snapshotId();
            if (!entry.getValue().isBranch() || entry.getValue().snapshotId() == parent) {
                continue;
            }
            Snapshot snapshot = next.snapshot(entry.getValue().snapshotId());
            int steps = 0;
            while (snapshot != null && (base == null || base.snapshot(snapshot.snapshotId()) == null)) {
                rows.add(row(mark(id, steps++), next.uuid(), entry.getKey(), snapshot));
                snapshot = snapshot.parentId() == null ? null : next.snapshot(snapshot.parentId());
            }
            leapt |= (snapshot == null ? -1 : snapshot.snapshotId()) != parent;
        }
        if (rows.isEmpty()) {
            rows.add(withoutSnapshot(id, next.uuid()));
        }
        return new CommitRows(rows, leapt ? Optional.of(next) : Optional.empty());
    }

    /** The head carries the mark; snapshots that were never a head carry a name made from it. */
    private static String mark(CommitId id, int steps) {
        return steps == 0 ? id.mark().toString() : id.mark() + "-" + steps;
    }

    static CommitLog.Row row(String mark, String tableUuid, String branch, Snapshot snapshot) {
        Long parent = snapshot.parentId();
        return new CommitLog.Row(
                mark,
                branch,
                tableUuid,
                snapshot.snapshotId(),
                parent == null ? -1 : parent,
                snapshot.sequenceNumber(),
                snapshot.timestampMillis(),
                removesFiles(snapshot));
    }

    private static boolean removesFiles(Snapshot snapshot) {
        Map<String, String> summary = snapshot.summary();
        return summary == null
                || isSome(summary.get(SnapshotSummary.DELETED_FILES_PROP))
                || isSome(summary.get(SnapshotSummary.REMOVED_DELETE_FILES_PROP))
                || !(DataOperations.APPEND.equals(snapshot.operation())
                        || DataOperations.REPLACE.equals(snapshot.operation()));
    }

    private static boolean isSome(@Nullable String count) {
        return count != null && !count.equals("0");
    }

    /** Returns the row of a change that moves no branch. */
    static CommitLog.Row withoutSnapshot(CommitId id, String uuid) {
        return new CommitLog.Row(id.mark().toString(), "", uuid, -1, -1, 0, System.currentTimeMillis(), false);
    }
}
