package dev.eider.catalog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Eider's own tables in the catalog database, beside the two of the JDBC catalog, which stay as upstream made them.
 *
 * <ul>
 *   <li>{@code eider_commits}: the commit log. One row for each branch that a change moved (branch {@code ''} for a
 *       change that moves none), under the change's mark.
 *   <li>{@code eider_ledger}: the idempotency keys of appends, with what they were answered.
 *   <li>{@code eider_retired}: files that nothing refers to any more, and when they may go.
 *   <li>{@code eider_leases}: long reads that still need such files, and long writes (snapshot -1) whose files no snapshot
 *       refers to yet.
 *   <li>{@code eider_dropped}: tables that were dropped, whose files are not retired yet.
 *   <li>{@code eider_keys}: secrets that sign tickets.
 *   <li>{@code eider_identity}: which catalog this is; {@code eider_warehouses}: where it has left its mark.
 * </ul>
 */
final class CatalogSchema {
    private static final List<String> STATEMENTS = List.of(
            """
            CREATE TABLE IF NOT EXISTS eider_commits (
              mark VARCHAR(64) NOT NULL, branch VARCHAR(255) NOT NULL, table_uuid VARCHAR(64) NOT NULL,
              snapshot_id BIGINT NOT NULL, parent_id BIGINT NOT NULL, sequence_number BIGINT NOT NULL,
              committed_at BIGINT NOT NULL, removes_files INTEGER NOT NULL, abandoned_at BIGINT NOT NULL,
              PRIMARY KEY (mark, branch))""",
            "CREATE INDEX IF NOT EXISTS eider_commits_order ON eider_commits (table_uuid, branch, sequence_number)",
            "CREATE INDEX IF NOT EXISTS eider_commits_snapshot ON eider_commits (snapshot_id)",
            "CREATE INDEX IF NOT EXISTS eider_commits_age ON eider_commits (table_uuid, committed_at)",
            """
            CREATE TABLE IF NOT EXISTS eider_ledger (
              table_uuid VARCHAR(64) NOT NULL, branch VARCHAR(255) NOT NULL, idempotency_key VARCHAR(255) NOT NULL,
              snapshot_id BIGINT NOT NULL, sequence_number BIGINT NOT NULL, row_count BIGINT NOT NULL,
              content_digest VARCHAR(255) NOT NULL, row_schema TEXT NOT NULL, receipt TEXT NOT NULL,
              committed_at BIGINT NOT NULL,
              PRIMARY KEY (table_uuid, branch, idempotency_key))""",
            "CREATE INDEX IF NOT EXISTS eider_ledger_age ON eider_ledger (committed_at)",
            """
            CREATE TABLE IF NOT EXISTS eider_retired (
              location VARCHAR(1000) NOT NULL, table_uuid VARCHAR(64) NOT NULL,
              retired_at BIGINT NOT NULL, delete_after BIGINT NOT NULL,
              PRIMARY KEY (location))""",
            "CREATE INDEX IF NOT EXISTS eider_retired_due ON eider_retired (delete_after)",
            """
            CREATE TABLE IF NOT EXISTS eider_leases (
              holder VARCHAR(64) NOT NULL, table_uuid VARCHAR(64) NOT NULL, snapshot_id BIGINT NOT NULL,
              started_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
              PRIMARY KEY (holder, table_uuid, snapshot_id))""",
            """
            CREATE TABLE IF NOT EXISTS eider_dropped (
              metadata_location VARCHAR(1000) NOT NULL, dropped_at BIGINT NOT NULL, next_try BIGINT NOT NULL,
              purge INTEGER NOT NULL,
              PRIMARY KEY (metadata_location))""",
            """
            CREATE TABLE IF NOT EXISTS eider_keys (
              key_id VARCHAR(64) NOT NULL, secret VARCHAR(255) NOT NULL, created_at BIGINT NOT NULL,
              PRIMARY KEY (key_id))""",
            """
            CREATE TABLE IF NOT EXISTS eider_identity (
              singleton INTEGER NOT NULL, catalog_id VARCHAR(64) NOT NULL,
              PRIMARY KEY (singleton))""",
            """
            CREATE TABLE IF NOT EXISTS eider_warehouses (
              location VARCHAR(1000) NOT NULL, marked_at BIGINT NOT NULL,
              PRIMARY KEY (location))""");

    private CatalogSchema() {}

    /** Creates what is missing; several processes may do so at once. */
    static void create(CatalogDatabase database) {
        for (String sql : STATEMENTS) {
            try {
                database.run(connection -> execute(connection, sql));
            } catch (SQLException first) {
                // Two processes that create the same table at once collide even with IF NOT EXISTS.
                repeat(database, sql, first);
            }
        }
    }

    private static void repeat(CatalogDatabase database, String sql, SQLException first) {
        try {
            database.run(connection -> execute(connection, sql));
        } catch (SQLException e) {
            e.addSuppressed(first);
            throw CatalogDatabase.failed("set up", e);
        }
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return statement.execute();
        }
    }
}
