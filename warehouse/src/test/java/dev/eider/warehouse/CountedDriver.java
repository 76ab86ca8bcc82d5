package dev.eider.warehouse;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;

/**
 * A JDBC driver that notes which statements are prepared, and otherwise is the real one, whose URI stands behind {@link
 * #prefix()}. Thread-safe.
 */
public final class CountedDriver implements Driver {
    private static final String PREFIX = "jdbc:counted:";

    private static final List<Prepared> STATEMENTS = new CopyOnWriteArrayList<>();

    static {
        try {
            DriverManager.registerDriver(new CountedDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private CountedDriver() {}

    /** Returns what its URIs begin with. */
    public static String prefix() {
        return PREFIX;
    }

    private record Prepared(Thread by, String sql) {}

    /** Returns the statements that the calling thread prepares while {@code work} runs. */
    public static List<String> during(Runnable work) {
        Thread thread = Thread.currentThread();
        STATEMENTS.clear();
        work.run();
        return STATEMENTS.stream()
                .filter(prepared -> prepared.by().equals(thread))
                .map(Prepared::sql)
                .toList();
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
        String real = url.substring(PREFIX.length());
        Connection connection = DriverManager.getDriver(real).connect(real, properties);
        return (Connection) Proxy.newProxyInstance(
                CountedDriver.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        STATEMENTS.add(new Prepared(Thread.currentThread(), (String) arguments[0]));
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
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
