package dev.eider.catalog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;

/**
 * The commit log: which snapshot was the head of which branch, from when, and until when it was part of its history.
 *
 * <p>Parent links in table metadata break when a snapshot is removed from the middle; the log outlives snapshots. Rows
 * are written in the transaction that moves the pointer, or when a change of another client is first seen. Stateless;
 * every method runs on the caller's connection.
 */
final class CommitLog {
    private static final String COLUMNS =
            "mark, branch, table_uuid, snapshot_id, parent_id, sequence_number, committed_at,"
                    + " removes_files, abandoned_at";

    private CommitLog() {}

    /**
     * One row.
     *
     * @param branch the branch that moved, empty for a change that moved none
     * @param snapshotId the branch's new head, -1 if none
     * @param parentId the head before it, -1 if none
     * @param removesFiles whether files that were part of the table are not any more
     */
    record Row(
            String mark,
            String branch,
            String tableUuid,
            long snapshotId,
            long parentId,
            long sequenceNumber,
            long committedAt,
            boolean removesFiles) {}

    /** Returns whether the change of this mark is in. */
    static boolean contains(Connection connection, CommitId id) throws SQLException {
        return !SqlRows.select(
                        connection,
                        row -> row.getInt(1),
                        "SELECT 1 FROM eider_commits WHERE mark = ?",
                        id.mark().toString())
                .isEmpty();
    }

    static void insert(Connection connection, Row row) throws SQLException {
        SqlRows.update(
                connection,
                "INSERT INTO eider_commits (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
                row.mark(),
                row.branch(),
                row.tableUuid(),
                row.snapshotId(),
                row.parentId(),
                row.sequenceNumber(),
                row.committedAt(),
                row.removesFiles() ? 1 : 0);
    }

    /**
     * Writes down what other clients did to a table: heads that are not logged yet, with their ancestors as far as they
     * are kept, and rollbacks. The caller has made sure that {@code metadata} is current, and keeps it so meanwhile.
     */
    static void observe(Connection connection, TableMetadata metadata) throws SQLException {
        for (var ref : metadata.refs().entrySet()) {
            if (ref.getValue().isBranch()) {
                observe(connection, metadata, ref.getKey(), ref.getValue());
            }
        }
    }

    private static void observe(Connection connection, TableMetadata metadata, String branch, SnapshotRef ref)
            throws SQLException {
        List<Snapshot> unlogged = new ArrayList<>();
        List<Logged> revived = new ArrayList<>();
        // What is newer than the last thing that is known of the branch's history is not part of it any more. Tables of
        // format version 1 number all snapshots 0: nothing of them counts as rolled back.
        long newestKnown = 0;
        Long id = ref.snapshotId();
        while (id != null) {
            Optional<Logged> logged = logged(connection, metadata.uuid(), branch, id);
            if (logged.isPresent()) {
                newestKnown = newestCounting(connection, metadata.uuid(), branch, logged.get(), revived);
                break;
            }
            Snapshot snapshot = metadata.snapshot(id);
            if (snapshot == null) {
                // Another client has removed snapshots that were never logged: nothing tells what they followed.
                newestKnown = Math.max(0, unlogged.get(unlogged.size() - 1).sequenceNumber() - 1);
                break;
            }
            unlogged.add(snapshot);
            id = snapshot.parentId();
        }
        abandonAfter(connection, metadata, branch, newestKnown);
        for (Logged again : revived) {
            revive(connection, metadata.uuid(), branch, again.snapshotId());
        }
        for (Snapshot missing : unlogged) {
            // A change of another client carries no mark that we know: its snapshot names it.
            String name = "s-" + metadata.uuid() + "-" + missing.snapshotId();
            insert(connection, CommitRows.row(name, metadata.uuid(), branch, missing));
        }
    }

    private record Logged(long snapshotId, long parentId, long sequenceNumber, boolean abandoned) {}

    private static Optional<Logged> logged(Connection connection, String tableUuid, String branch, long snapshotId)
            throws SQLException {
        return SqlRows.select(
                        connection,
                        row -> new Logged(snapshotId, row.getLong(1), row.getLong(2), row.getLong(3) != 0),
                        "SELECT parent_id, sequence_number, abandoned_at FROM eider_commits WHERE table_uuid = ?"
                                + " AND branch = ? AND snapshot_id = ?",
                        tableUuid,
                        branch,
                        snapshotId)
                .stream()
                .findFirst();
    }

    /**
     * Returns the sequence number of the newest ancestor that was never left.
     *
     * @param revived takes the ones that the branch had left and was set back to
     */
    private static long newestCounting(
            Connection connection, String tableUuid, String branch, Logged head, List<Logged> revived)
            throws SQLException {
        Logged current = head;
        while (current.abandoned()) {
            revived.add(current);
            if (current.parentId() < 0) {
                return 0;
            }
            Optional<Logged> parent = logged(connection, tableUuid, branch, current.parentId());
            if (parent.isEmpty()) {
                return Math.max(0, current.sequenceNumber() - 1);
            }
            current = parent.get();
        }
        return current.sequenceNumber();
    }

    private static void abandonAfter(Connection connection, TableMetadata metadata, String branch, long sequenceNumber)
            throws SQLException {
        SqlRows.update(
                connection,
                "UPDATE eider_commits SET abandoned_at = ? WHERE table_uuid = ? AND branch = ?"
                        + " AND sequence_number > ? AND abandoned_at = 0",
                metadata.lastUpdatedMillis(),
                metadata.uuid(),
                branch,
                sequenceNumber);
    }

    private static void revive(Connection connection, String tableUuid, String branch, long snapshotId)
            throws SQLException {
        SqlRows.update(
                connection,
                "UPDATE eider_commits SET abandoned_at = 0 WHERE table_uuid = ? AND branch = ? AND snapshot_id = ?",
                tableUuid,
                branch,
                snapshotId);
    }

    /** Returns whether a snapshot belongs to the history of a branch up to a sequence number. */
    static boolean isInHistory(
            Connection connection, String tableUuid, String branch, long snapshotId, long upToSequenceNumber)
            throws SQLException {
        return !SqlRows.select(
                        connection,
                        row -> row.getInt(1),
                        "SELECT 1 FROM eider_commits WHERE table_uuid = ? AND branch = ? AND snapshot_id = ?"
                                + " AND abandoned_at = 0 AND sequence_number <= ?",
                        tableUuid,
                        branch,
                        snapshotId,
                        upToSequenceNumber)
                .isEmpty();
    }

    /**
     * Returns when snapshots were part of a branch's history, the newest first.
     *
     * @param snapshotIds those to tell of
     */
    static List<Presence> presences(Connection connection, String tableUuid, String branch, List<Long> snapshotIds)
            throws SQLException {
        if (snapshotIds.isEmpty()) {
            return List.of();
        }
        List<Object> parameters = new ArrayList<>(List.of(tableUuid, branch));
        parameters.addAll(snapshotIds);
        return SqlRows.select(
                connection,
                CommitLog::presence,
                "SELECT snapshot_id, committed_at, abandoned_at FROM eider_commits WHERE table_uuid = ? AND branch = ?"
                        + " AND snapshot_id IN (" + SqlRows.places(snapshotIds.size())
                        + ") ORDER BY committed_at DESC, sequence_number DESC",
                parameters.toArray());
    }

    private static final String LOGGED =
            "SELECT snapshot_id, parent_id, sequence_number, committed_at, removes_files, abandoned_at, branch"
                    + " FROM eider_commits WHERE table_uuid = ? AND snapshot_id <> -1 AND ";

    /**
     * Returns what was committed to a table after one sequence number and up to another, in the order of commits, left
     * snapshots included. One that is part of several branches is there for each.
     */
    static List<LoggedCommit> commits(
            Connection connection, String tableUuid, long afterSequenceNumber, long upToSequenceNumber)
            throws SQLException {
        return SqlRows.select(
                connection,
                CommitLog::loggedCommit,
                LOGGED + "sequence_number > ? AND sequence_number <= ? ORDER BY sequence_number, committed_at",
                tableUuid,
                afterSequenceNumber,
                upToSequenceNumber);
    }

    /** Returns what is known of one snapshot. */
    static List<LoggedCommit> commit(Connection connection, String tableUuid, long snapshotId) throws SQLException {
        return SqlRows.select(connection, CommitLog::loggedCommit, LOGGED + "snapshot_id = ?", tableUuid, snapshotId);
    }

    /** Returns the head that a branch had at an instant, as far back as the log goes. */
    static List<LoggedCommit> headAt(Connection connection, String tableUuid, String branch, Instant instant)
            throws SQLException {
        return SqlRows.select(
                connection,
                CommitLog::loggedCommit,
                LOGGED + "branch = ? AND committed_at <= ? AND (abandoned_at = 0 OR abandoned_at > ?)"
                        + " ORDER BY committed_at DESC, sequence_number DESC LIMIT 1",
                tableUuid,
                branch,
                instant.toEpochMilli(),
                instant.toEpochMilli());
    }

    private static LoggedCommit loggedCommit(ResultSet row) throws SQLException {
        long abandoned = row.getLong(6);
        return new LoggedCommit(
                row.getLong(1),
                row.getLong(2),
                row.getLong(3),
                Instant.ofEpochMilli(row.getLong(4)),
                row.getLong(5) != 0,
                abandoned == 0 ? Instant.MAX : Instant.ofEpochMilli(abandoned),
                row.getString(7));
    }

    private static Presence presence(ResultSet row) throws SQLException {
        long abandoned = row.getLong(3);
        return new Presence(
                row.getLong(1),
                Instant.ofEpochMilli(row.getLong(2)),
                abandoned == 0 ? Instant.MAX : Instant.ofEpochMilli(abandoned));
    }

    /**
     * When a snapshot was part of a branch's history.
     *
     * @param until when it was rolled back, {@link Instant#MAX} if never
     */
    record Presence(long snapshotId, Instant from, Instant until) {
        boolean covers(Instant instant) {
            return !from.isAfter(instant) && until.isAfter(instant);
        }
    }

    /** A branch whose history a snapshot is part of, {@link HistoryPolicy#DETACHED} if it was left. */
    record OnBranch(long snapshotId, String branch) {}

    /** Returns the branches that some snapshots are on. */
    static List<OnBranch> branches(Connection connection, String tableUuid, List<Long> snapshotIds)
            throws SQLException {
        List<Object> parameters = new ArrayList<>(List.of(tableUuid));
        parameters.addAll(snapshotIds);
        return SqlRows.select(
                connection,
                row -> new OnBranch(row.getLong(1), row.getLong(3) == 0 ? row.getString(2) : HistoryPolicy.DETACHED),
                "SELECT snapshot_id, branch, abandoned_at FROM eider_commits WHERE table_uuid = ? AND snapshot_id IN ("
                        + SqlRows.places(snapshotIds.size()) + ")",
                parameters.toArray());
    }

    /** Returns whether a commit since a sequence number took files out of the table, or was rolled back with its own. */
    static boolean removedFiles(Connection connection, String tableUuid, long sinceSequenceNumber) throws SQLException {
        return !SqlRows.select(
                        connection,
                        row -> row.getInt(1),
                        "SELECT 1 FROM eider_commits WHERE table_uuid = ? AND sequence_number >= ?"
                                + " AND (removes_files <> 0 OR abandoned_at <> 0) LIMIT 1",
                        tableUuid,
                        sinceSequenceNumber)
                .isEmpty();
    }

    /**
     * Returns whether everything about the heads of a table is written down: they are logged, and nothing newer counts.
     */
    static boolean isComplete(Connection connection, TableMetadata metadata) throws SQLException {
        for (var ref : metadata.refs().entrySet()) {
            if (ref.getValue().isBranch()) {
                List<Long> newest = SqlRows.select(
                        connection,
                        row -> row.getLong(1),
                        "SELECT snapshot_id FROM eider_commits WHERE table_uuid = ? AND branch = ? AND abandoned_at = 0"
                                + " ORDER BY sequence_number DESC LIMIT 1",
                        metadata.uuid(),
                        ref.getKey());
                if (newest.isEmpty() || newest.get(0) != ref.getValue().snapshotId()) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Forgets old changes that made no snapshot. */
    static void forgetChanges(Connection connection, Instant before) throws SQLException {
        SqlRows.update(
                connection,
                "DELETE FROM eider_commits WHERE snapshot_id = -1 AND committed_at < ?",
                before.toEpochMilli());
    }

    /**
     * Forgets old commits of a table, unless their snapshots are still there to be travelled to. The newest that took files
     * out of the table stays too: {@link #removedFiles} asks for it when a snapshot goes that still has such files.
     *
     * @param kept the table's snapshots
     */
    static void forgetCommits(Connection connection, String tableUuid, Instant before, Set<Long> kept)
            throws SQLException {
        List<Object> parameters = new ArrayList<>(List.of(tableUuid, before.toEpochMilli()));
        parameters.addAll(kept);
        parameters.add(tableUuid);
        SqlRows.update(
                connection,
                "DELETE FROM eider_commits WHERE table_uuid = ? AND committed_at < ? AND snapshot_id NOT IN ("
                        + SqlRows.places(kept.size())
                        + ") AND NOT ((removes_files <> 0 OR abandoned_at <> 0) AND sequence_number = (SELECT"
                        + " MAX(sequence_number) FROM eider_commits WHERE table_uuid = ?"
                        + " AND (removes_files <> 0 OR abandoned_at <> 0)))",
                parameters.toArray());
    }
}
