package dev.eider.catalog;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteOpenMode;

/**
 * Connections to the catalog database, and the two ways to use one: a read, and a transaction that says whether it can
 * have been applied.
 *
 * <p>Nothing is ever repeated here: whoever asked knows whether repeating is safe. Thread-safe.
 */
final class CatalogDatabase implements AutoCloseable {
    private static final int CONNECTIONS = 8;
    private static final Logger LOG = LoggerFactory.getLogger(CatalogDatabase.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HikariDataSource pool;
    private final Dialect dialect;
    private final Optional<DatabaseFile> file;

    private CatalogDatabase(HikariDataSource pool, Dialect dialect, Optional<DatabaseFile> file) {
        this.pool = pool;
        this.dialect = dialect;
        this.file = file;
    }

    /** Opens the pool and one connection; the caller closes it. */
    static CatalogDatabase open(CatalogConfig config) {
        Optional<Path> path = DatabaseFile.path(config.uri());
        path.ifPresent(DatabaseFile::createIfMissing);
        HikariConfig hikari = new HikariConfig();
        hikari.setPoolName("eider-catalog");
        hikari.setJdbcUrl(config.uri());
        hikari.setMaximumPoolSize(CONNECTIONS);
        hikari.setMinimumIdle(1);
        hikari.setConnectionTimeout(PATIENCE.toMillis());
        hikari.setInitializationFailTimeout(1);
        config.user().ifPresent(hikari::setUsername);
        config.password().ifPresent(hikari::setPassword);
        hikari.setDataSourceProperties(driverProperties(config));
        HikariDataSource pool;
        try {
            pool = new HikariDataSource(hikari);
        } catch (PoolInitializationException | IllegalArgumentException e) {
            throw unopened(config, e);
        } catch (RuntimeException e) {
            // The pool wraps the refusal of a URI that no driver knows.
            throw unopened(config, e);
        }
        try (Connection connection = pool.getConnection()) {
            return new CatalogDatabase(pool, Dialect.of(connection), path.map(DatabaseFile::opened));
        } catch (SQLException | EiderException e) {
            pool.close();
            throw unopened(config, e);
        }
    }

    private static EiderException unopened(CatalogConfig config, Exception failure) {
        Throwable reason = failure;
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        return new EiderException(
                ErrorCode.CATALOG_FAILED,
                "Cannot open the catalog %s: %s".formatted(config.shownUri(), reason.getMessage()),
                failure);
    }

    /**
     * SQLite: readers and one writer side by side (WAL), every commit on the disk before it is answered (FULL), and a
     * transaction that takes the write lock when it begins, not halfway. PostgreSQL: a reply that does not come is
     * noticed.
     */
    private static Properties driverProperties(CatalogConfig config) {
        Properties properties = new Properties();
        if (Dialect.isSqlite(config.uri())) {
            properties.setProperty("journal_mode", "WAL");
            properties.setProperty("busy_timeout", Long.toString(PATIENCE.toMillis()));
            properties.setProperty(
                    "synchronous", config.durability() == CatalogConfig.Durability.FULL ? "FULL" : "NORMAL");
            properties.setProperty("transaction_mode", "IMMEDIATE");
            if (DatabaseFile.path(config.uri()).isPresent()) {
                properties.setProperty("open_mode", Integer.toString(SQLiteOpenMode.READWRITE.flag));
            }
        } else {
            properties.setProperty("socketTimeout", Long.toString(2 * PATIENCE.toSeconds()));
            properties.setProperty("connectTimeout", "10");
            properties.setProperty("tcpKeepAlive", "true");
            properties.setProperty("ApplicationName", "eider");
        }
        return properties;
    }

    /** What is done with a connection. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Returns which database this is. */
    Dialect dialect() {
        return dialect;
    }

    /** Refuses changes of a database whose file was moved away under its open connections. */
    void requireInPlace() {
        file.ifPresent(DatabaseFile::requireInPlace);
    }

    /** Runs single statements, each its own transaction. */
    <T> T run(Work<T> work) throws SQLException {
        Connection connection = pool.getConnection();
        try {
            return work.run(connection);
        } finally {
            giveBack(connection);
        }
    }

    /** Reads, and reports a failure as the catalog's. */
    <T> T read(Work<T> work) {
        try {
            return run(work);
        } catch (SQLException e) {
            throw failed("read", e);
        }
    }

    /** Returns the error for a database that does not do its job. */
    static EiderException failed(String action, SQLException e) {
        return new EiderException(
                ErrorCode.CATALOG_FAILED, "Cannot %s the catalog: %s".formatted(action, e.getMessage()), e);
    }

    /**
     * Runs statements as one transaction. Once the database has confirmed the commit, nothing is thrown any more.
     *
     * @throws InDoubtException if the database was told to commit and did not confirm it: it may have, it may yet
     * @throws SQLException if nothing was or ever will be applied
     */
    <T> T transact(Work<T> work) throws SQLException {
        requireInPlace();
        Connection connection = pool.getConnection();
        try {
            T result;
            try {
                connection.setAutoCommit(false);
                result = work.run(connection);
            } catch (SQLException | RuntimeException e) {
                rollBack(connection, e);
                throw e;
            }
            commit(connection);
            return result;
        } finally {
            giveBack(connection);
        }
    }

    /** What the pool does to a connection that it takes back may fail too, and says nothing of the work that was done. */
    private void giveBack(Connection connection) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            LOG.warn("A connection to the catalog database is given up: {}", e.getMessage());
            pool.evictConnection(connection);
        }
    }

    private void commit(Connection connection) throws InDoubtException {
        try {
            connection.commit();
        } catch (SQLException e) {
            rollBack(connection, e);
            pool.evictConnection(connection);
            throw new InDoubtException(e);
        } catch (RuntimeException e) {
            rollBack(connection, e);
            pool.evictConnection(connection);
            throw new InDoubtException(new SQLException("The driver failed: " + e.getMessage(), e));
        }
    }

    private void rollBack(Connection connection, Exception failure) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            failure.addSuppressed(e);
            pool.evictConnection(connection);
        }
    }

    /** The database was told to commit, and nobody knows whether it did. */
    static final class InDoubtException extends SQLException {
        private static final long serialVersionUID = 1L;

        InDoubtException(SQLException cause) {
            super(cause.getMessage(), cause.getSQLState(), cause.getErrorCode(), cause);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
