package dev.eider.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/** One change of a row of the JDBC catalog, which only happens if the row still is what the change was made for. */
sealed interface PointerChange {

    /** Returns how many rows it changed: one, or none if the row is another by now. */
    int apply(Connection connection, String catalogName) throws SQLException;

    /** What a row points to. The names are those of the database. */
    enum Kind {
        TABLE("(iceberg_type = 'TABLE' OR iceberg_type IS NULL)"),
        VIEW("iceberg_type = 'VIEW'");

        private final String condition;

        Kind(String condition) {
            this.condition = condition;
        }

        String condition() {
            return condition;
        }
    }

    /** Adds a row; fails as a duplicate if the name is taken. */
    record Create(Kind kind, TableIdentifier name, String location) implements PointerChange {
        @Override
        public int apply(Connection connection, String catalogName) throws SQLException {
            return SqlRows.update(
                    connection,
                    "INSERT INTO iceberg_tables (catalog_name, table_namespace, table_name, metadata_location,"
                            + " previous_metadata_location, iceberg_type) VALUES (?, ?, ?, ?, NULL, ?)",
                    catalogName,
                    name.namespace().toString(),
                    name.name(),
                    location,
                    kind.name());
        }
    }

    /** Points a row elsewhere. */
    record Swap(Kind kind, TableIdentifier name, String from, String to) implements PointerChange {
        @Override
        public int apply(Connection connection, String catalogName) throws SQLException {
            return SqlRows.update(
                    connection,
                    "UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = ?" + where(kind),
                    to,
                    from,
                    catalogName,
                    name.namespace().toString(),
                    name.name(),
                    from);
        }
    }

    /**
     * Removes a row; that of a table is remembered until its files are retired.
     *
     * @param purge whether its files are to go, whoever created the table
     */
    record Drop(Kind kind, TableIdentifier name, String from, boolean purge, Instant now) implements PointerChange {
        @Override
        public int apply(Connection connection, String catalogName) throws SQLException {
            int removed = SqlRows.update(
                    connection,
                    "DELETE FROM iceberg_tables" + where(kind),
                    catalogName,
                    name.namespace().toString(),
                    name.name(),
                    from);
            if (removed > 0 && kind == Kind.TABLE) {
                DroppedTables.insert(connection, new DroppedTables.Dropped(from, now, purge));
            }
            return removed;
        }
    }

    /** Renames a row; fails as a duplicate if the new name is taken. */
    record Rename(Kind kind, TableIdentifier name, String from, TableIdentifier newName) implements PointerChange {
        @Override
        public int apply(Connection connection, String catalogName) throws SQLException {
            return SqlRows.update(
                    connection,
                    "UPDATE iceberg_tables SET table_namespace = ?, table_name = ?" + where(kind),
                    newName.namespace().toString(),
                    newName.name(),
                    catalogName,
                    name.namespace().toString(),
                    name.name(),
                    from);
        }
    }

    private static String where(Kind kind) {
        return " WHERE catalog_name = ? AND table_namespace = ? AND table_name = ? AND metadata_location = ? AND "
                + kind.condition();
    }

    /**
     * A change with all that is written down in the same transaction.
     *
     * @param id names the change over all attempts
     * @param pointer what becomes current; none for an append without rows that only leaves its key
     * @param log what the commit log says of it
     * @param keys idempotency keys of the appends in it
     * @param retired files that nothing refers to afterwards
     * @param leases holders of the leases that must never have ended
     */
    record Transaction(
            CommitId id,
            List<PointerChange> pointer,
            CommitRows log,
            List<KeyedAppend> keys,
            List<RetiredFile> retired,
            List<String> leases) {
        /** A change of a pointer alone, of a table or view that is not looked into. */
        static Transaction of(CommitId id, PointerChange pointer, String uuid) {
            CommitRows log = new CommitRows(List.of(CommitRows.withoutSnapshot(id, uuid)), Optional.empty());
            return new Transaction(id, List.of(pointer), log, List.of(), List.of(), List.of());
        }
    }

    /** An idempotency key in its place. */
    record KeyedAppend(String tableUuid, String branch, LedgerEntry entry) {}
}
