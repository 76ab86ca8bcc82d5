package dev.eider.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Files that nothing current refers to any more, and the leases of reads that still need such files. Stateless; every
 * method runs on the caller's connection.
 */
final class RetiredFiles {
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
                        + " eider_leases l WHERE l.table_uuid = r.table_uuid AND l.expires_at > ?"
                        + " AND l.started_at <= r.retired_at) AND NOT EXISTS (SELECT 1 FROM iceberg_tables t WHERE"
                        + " t.metadata_location = r.location) ORDER BY delete_after LIMIT ?",
                now.toEpochMilli(),
                now.toEpochMilli(),
                most);
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

    static void forgetLeases(Connection connection, Instant before) throws SQLException {
        SqlRows.update(connection, "DELETE FROM eider_leases WHERE expires_at < ?", before.toEpochMilli());
    }
}
