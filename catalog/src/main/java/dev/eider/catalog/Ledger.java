package dev.eider.catalog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The idempotency keys of appends that are in. Rows are written in the transaction that makes the rows current. */
final class Ledger {
    private Ledger() {}

    static List<LedgerEntry> find(Connection connection, String tableUuid, String branch, List<String> keys)
            throws SQLException {
        if (keys.isEmpty()) {
            return List.of();
        }
        List<Object> parameters = new ArrayList<>(List.of(tableUuid, branch));
        parameters.addAll(keys);
        return SqlRows.select(
                connection,
                Ledger::entry,
                "SELECT idempotency_key, row_count, content_digest, row_schema, receipt, snapshot_id, sequence_number,"
                        + " committed_at FROM eider_ledger WHERE table_uuid = ? AND branch = ? AND idempotency_key IN ("
                        + SqlRows.places(keys.size()) + ")",
                parameters.toArray());
    }

    private static LedgerEntry entry(ResultSet row) throws SQLException {
        IdempotencyKey key = new IdempotencyKey(
                row.getString(1), row.getLong(2), row.getString(3), row.getString(4), row.getString(5));
        return new LedgerEntry(key, row.getLong(6), row.getLong(7), Instant.ofEpochMilli(row.getLong(8)));
    }

    static void insert(Connection connection, String tableUuid, String branch, LedgerEntry entry) throws SQLException {
        IdempotencyKey key = entry.key();
        SqlRows.update(
                connection,
                "INSERT INTO eider_ledger (table_uuid, branch, idempotency_key, snapshot_id, sequence_number,"
                        + " row_count, content_digest, row_schema, receipt, committed_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                tableUuid,
                branch,
                key.key(),
                entry.snapshotId(),
                entry.sequenceNumber(),
                key.rows(),
                key.digest(),
                key.schema(),
                key.receipt(),
                entry.committed().toEpochMilli());
    }

    static void forget(Connection connection, Instant before) throws SQLException {
        SqlRows.update(connection, "DELETE FROM eider_ledger WHERE committed_at < ?", before.toEpochMilli());
    }
}
