package dev.eider.catalog;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;

/**
 * A JDBC driver whose connections fail as a script says, and otherwise are those of the real driver: for tests of what
 * happens when a catalog database fails around a commit.
 *
 * <p>Its URIs are {@code jdbc:faulty:SCRIPT:REAL_URI}, so that a connection pool can open them:
 *
 * <pre>{@code
 * try (Faults faults = FaultyDriver.script("lost-reply")) {
 *     faults.arm(Faults.Point.AFTER_SWAP, Faults.Kind.REPLY_LOST, 1);
 *     // open the catalog at faults.uri("jdbc:sqlite:/path/catalog.db") and commit
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class FaultyDriver implements Driver {
    private static final String PREFIX = "jdbc:faulty:";
    private static final Map<String, Faults> SCRIPTS = new ConcurrentHashMap<>();

    static {
        try {
            DriverManager.registerDriver(new FaultyDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private FaultyDriver() {}

    /**
     * Starts a script under a name; the caller closes it, which frees the name.
     *
     * @param name without a colon
     * @throws IllegalArgumentException if the name is in use
     */
    public static Faults script(String name) {
        Faults faults = new Faults(name, PREFIX + name + ":");
        if (name.contains(":") || SCRIPTS.putIfAbsent(name, faults) != null) {
            throw new IllegalArgumentException("No name for a new script: " + name);
        }
        return faults;
    }

    /** Frees a script's name: no more connections by it. */
    static void forget(String name) {
        SCRIPTS.remove(name);
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public Connection connect(String url, Properties properties) throws SQLException {
        if (!acceptsURL(url)) {
            // The contract of Driver: another driver may know this URI.
            return null;
        }
        int end = url.indexOf(':', PREFIX.length());
        String name = end < 0 ? "" : url.substring(PREFIX.length(), end);
        Faults faults = SCRIPTS.get(name);
        if (faults == null) {
            throw new SQLException("No fault script " + name, "08001");
        }
        String real = url.substring(end + 1);
        return FaultyConnection.wrap(DriverManager.getDriver(real).connect(real, properties), faults);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("no java.util.logging here");
    }
}
