package dev.eider.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.UUID;

/**
 * Which catalog a database is, and which warehouses it has written to: so that a catalog and a warehouse that were moved
 * apart are told from those that belong together. One for a database, whatever catalog names it holds. Thread-safe.
 */
public final class CatalogIdentity {
    private final CatalogDatabase database;
    private final Clock clock;

    CatalogIdentity(CatalogDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Returns the catalog's identity, which the first process to ask chooses. */
    public String id() {
        return database.read(connection -> {
            SqlRows.update(
                    connection,
                    "INSERT INTO eider_identity (singleton, catalog_id) VALUES (1, ?) ON CONFLICT DO NOTHING",
                    UUID.randomUUID().toString());
            return SqlRows.select(
                            connection,
                            row -> row.getString(1),
                            "SELECT catalog_id FROM eider_identity WHERE singleton = 1")
                    .get(0);
        });
    }

    /** Returns whether this catalog has marked a warehouse. */
    public boolean knows(String warehouse) {
        return !database.read(connection -> marked(connection, warehouse)).isEmpty();
    }

    private static java.util.List<Long> marked(Connection connection, String warehouse) throws SQLException {
        return SqlRows.select(
                connection,
                row -> row.getLong(1),
                "SELECT marked_at FROM eider_warehouses WHERE location = ?",
                warehouse);
    }

    /** Takes note that a warehouse carries the mark of this catalog. */
    public void remember(String warehouse) {
        int unused = database.read(connection -> SqlRows.update(
                connection,
                "INSERT INTO eider_warehouses (location, marked_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                warehouse,
                clock.millis()));
    }
}
