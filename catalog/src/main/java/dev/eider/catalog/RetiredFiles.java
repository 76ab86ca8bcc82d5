package dev.eider.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Files that nothing current refers to any more, and the leases of reads that still need such files. Stateless; every
 * method runs on the caller's connection.
 */
final class RetiredFiles {
    private static final Duration SHORTEST_WAIT = Duration.ofMinutes(1);
    private static final Duration LONGEST_WAIT = Duration.ofHours(6);

    private RetiredFiles() {}

    static void insert(Connection connection, RetiredFile file) throws SQLException {
        SqlRows.update(
                connection,
                "INSERT INTO eider_retired (location, table_uuid, retired_at, delete_after) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT DO NOTHING",
                file.location(),
                file.tableUuid(),
                file.retired().toEpochMilli(),
                file.deleteAfter().toEpochMilli());
    }

    /**
     * Returns files that may go: their time has come, no read that began before they were retired is running, and no
     * table has such a file registered as its current metadata.
     */
    static List<String> due(Connection connection, Instant now, int most) throws SQLException {
        return SqlRows.select(
                connection,
                row -> row.getString(1),
                "SELECT location FROM eider_retired r WHERE delete_after <= ? AND NOT EXISTS (SELECT 1 FROM"
                        + " eider_leases l WHERE l.table_uuid = r.table_uuid AND l.snapshot_id <> -1 AND l.expires_at > ?"
                        + " AND l.started_at <= r.retired_at) AND NOT EXISTS (SELECT 1 FROM iceberg_tables t WHERE"
                        + " t.metadata_location = r.location) ORDER BY delete_after LIMIT ?",
                now.toEpochMilli(),
                now.toEpochMilli(),
                most);
    }

    /** Lets files wait that could not be removed: a minute at first, and half of their time in retirement later. */
    static void postpone(Connection connection, List<String> locations, Instant now) throws SQLException {
        for (String location : locations) {
            SqlRows.update(
                    connection,
                    "UPDATE eider_retired SET delete_after = ? + CASE WHEN (? - retired_at) / 2 > ? THEN ?"
                            + " WHEN (? - retired_at) / 2 < ? THEN ? ELSE (? - retired_at) / 2 END WHERE location = ?",
                    now.toEpochMilli(),
                    now.toEpochMilli(),
                    LONGEST_WAIT.toMillis(),
                    LONGEST_WAIT.toMillis(),
                    now.toEpochMilli(),
                    SHORTEST_WAIT.toMillis(),
                    SHORTEST_WAIT.toMillis(),
                    now.toEpochMilli(),
                    location);
        }
    }

    static void forget(Connection connection, List<String> locations) throws SQLException {
        for (int i = 0; i < locations.size(); i += 500) {
            List<String> some = locations.subList(i, Math.min(locations.size(), i + 500));
            SqlRows.update(
                    connection,
                    "DELETE FROM eider_retired WHERE location IN (" + SqlRows.places(some.size()) + ")",
                    some.toArray());
        }
    }

    static List<String> of(Connection connection, String tableUuid) throws SQLException {
        return SqlRows.select(
                connection,
                row -> row.getString(1),
                "SELECT location FROM eider_retired WHERE table_uuid = ?",
                tableUuid);
    }

    /**
     * Says that a read needs the files of a table as they were when it began.
     *
     * @param holder the process that reads
     */
    static void lease(
            Connection connection, String holder, String tableUuid, long snapshotId, Instant started, Instant expires)
            throws SQLException {
        int known = SqlRows.update(
                connection,
                "UPDATE eider_leases SET expires_at = ?, started_at = CASE WHEN started_at < ? THEN started_at ELSE ? END"
                        + " WHERE holder = ? AND table_uuid = ? AND snapshot_id = ?",
                expires.toEpochMilli(),
                started.toEpochMilli(),
                started.toEpochMilli(),
                holder,
                tableUuid,
                snapshotId);
        if (known == 0) {
            SqlRows.update(
                    connection,
                    "INSERT INTO eider_leases (holder, table_uuid, snapshot_id, started_at, expires_at)"
                            + " VALUES (?, ?, ?, ?, ?)",
                    holder,
                    tableUuid,
                    snapshotId,
                    started.toEpochMilli(),
                    expires.toEpochMilli());
        }
    }

    static void release(Connection connection, String holder, String tableUuid, long snapshotId) throws SQLException {
        SqlRows.update(
                connection,
                "DELETE FROM eider_leases WHERE holder = ? AND table_uuid = ? AND snapshot_id = ?",
                holder,
                tableUuid,
                snapshotId);
    }

    /** Stands for the snapshot in the lease of a write; no snapshot has it. */
    private static final long WRITE = -1;

    /** Says that files which a write has written since it began are not orphans. */
    static boolean beginWrite(Connection connection, String holder, String tableUuid, Instant started, Instant expires)
            throws SQLException {
        lease(connection, holder, tableUuid, WRITE, started, expires);
        return true;
    }

    /** Returns whether the lease of a write has never ended; it is renewed then. */
    static boolean renewWrite(Connection connection, String holder, Instant expires) throws SQLException {
        return SqlRows.update(
                        connection,
                        "UPDATE eider_leases SET expires_at = ? WHERE holder = ? AND snapshot_id = ?",
                        expires.toEpochMilli(),
                        holder,
                        WRITE)
                > 0;
    }

    static boolean endWrite(Connection connection, String holder) throws SQLException {
        return SqlRows.update(
                        connection, "DELETE FROM eider_leases WHERE holder = ? AND snapshot_id = ?", holder, WRITE)
                > 0;
    }

    /** Returns whether the lease of a write has never ended; it cannot end before this transaction does. */
    static boolean holdsWrite(Connection connection, String holder, String lock) throws SQLException {
        return !SqlRows.select(
                        connection,
                        row -> row.getLong(1),
                        "SELECT snapshot_id FROM eider_leases WHERE holder = ? AND snapshot_id = ?" + lock,
                        holder,
                        WRITE)
                .isEmpty();
    }

    /** Ends the leases of writes that were not renewed in time, and returns since when the others are running. */
    static Optional<Instant> writesSince(Connection connection, String tableUuid, Instant now) throws SQLException {
        SqlRows.update(
                connection,
                "DELETE FROM eider_leases WHERE table_uuid = ? AND snapshot_id = ? AND expires_at < ?",
                tableUuid,
                WRITE,
                now.toEpochMilli());
        return SqlRows.select(
                        connection,
                        row -> Instant.ofEpochMilli(row.getLong(1)),
                        "SELECT started_at FROM eider_leases WHERE table_uuid = ? AND snapshot_id = ?"
                                + " ORDER BY started_at LIMIT 1",
                        tableUuid,
                        WRITE)
                .stream()
                .findFirst();
    }

    static void forgetLeases(Connection connection, Instant before) throws SQLException {
        SqlRows.update(connection, "DELETE FROM eider_leases WHERE expires_at < ?", before.toEpochMilli());
    }
}
