package dev.eider.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.apache.iceberg.jdbc.JdbcClientPool;

/**
 * Has the upstream catalog use the connections of {@link CatalogDatabase}, and never run a statement again whose reply
 * was lost, which turns one change into two. Thread-safe; the database stays its owner's.
 */
final class PooledClients extends JdbcClientPool {
    private final CatalogDatabase database;

    PooledClients(CatalogDatabase database, Map<String, String> properties) {
        super("", properties);
        this.database = database;
    }

    @Override
    public <R> R run(Action<R, Connection, SQLException> action) throws SQLException {
        return run(action, false);
    }

    @Override
    public <R> R run(Action<R, Connection, SQLException> action, boolean retry) throws SQLException {
        database.requireInPlace();
        return database.run(action::run);
    }
}
