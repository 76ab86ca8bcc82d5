package dev.eider.catalog;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Counts every call to the objects of a JDBC driver, those of the connection pool included, and lets one of them fail.
 *
 * <p>Its URIs are {@code jdbc:failing:NAME:REAL_URI}. Thread-safe.
 */
final class FailingCalls implements AutoCloseable {
    private static final String PREFIX = "jdbc:failing:";
    private static final Map<String, FailingCalls> SCRIPTS = new ConcurrentHashMap<>();

    static {
        try {
            DriverManager.registerDriver(new FailingDriver());
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private int calls;
    private int failing;
    private Kind kind = Kind.ERROR_BEFORE;
    private @Nullable String failed;

    private FailingCalls(String name) {
        this.name = name;
    }

    /** How a call fails. */
    enum Kind {
        /** It is not carried out, and throws. */
        ERROR_BEFORE,
        /** It is carried out, and throws; the connection stays usable. */
        ERROR_AFTER,
        /** It is carried out, but instead of its answer comes 08006, and the connection is gone. */
        REPLY_LOST
    }

    /** Begins to count; the caller closes it. */
    static FailingCalls script(String name) {
        FailingCalls script = new FailingCalls(name);
        if (SCRIPTS.putIfAbsent(name, script) != null) {
            throw new IllegalArgumentException("In use: " + name);
        }
        return script;
    }

    String uri(String real) {
        return PREFIX + name + ":" + real;
    }

    /** Counts from now on, and lets call number {@code number} fail; none for 0. */
    synchronized void arm(int number, Kind how) {
        calls = 0;
        failing = number;
        kind = how;
        failed = null;
    }

    /** Ends what {@link #arm} began; returns how many calls there were. */
    synchronized int disarm() {
        failing = 0;
        return calls;
    }

    /** Returns the call that failed, nothing if none did. */
    synchronized @Nullable String failed() {
        return failed;
    }

    private synchronized boolean fails(String call) {
        calls++;
        if (calls != failing) {
            return false;
        }
        failed = call;
        return true;
    }

    @Override
    public void close() {
        SCRIPTS.remove(name);
    }

    /** One real connection, and whether it is still there. */
    private final class Session {
        private final Connection connection;
        private volatile boolean gone;

        Session(Connection connection) {
            this.connection = connection;
        }

        <T> T wrap(Class<T> type, Object real) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, new Handler(this, real, type.getSimpleName())));
        }

        Object wrap(Object result) {
            if (result instanceof CallableStatement) {
                return wrap(CallableStatement.class, result);
            }
            if (result instanceof PreparedStatement) {
                return wrap(PreparedStatement.class, result);
            }
            if (result instanceof Statement) {
                return wrap(Statement.class, result);
            }
            return result instanceof ResultSet ? wrap(ResultSet.class, result) : result;
        }

        /** The server hears nothing more: it rolls back what is open. */
        void lose() throws SQLException {
            gone = true;
            connection.close();
        }
    }

    private final class Handler implements InvocationHandler {
        private static final List<String> FREE =
                List.of("toString", "hashCode", "equals", "unwrap", "isWrapperFor", "getMetaData", "getConnection");

        private final Session session;
        private final Object real;
        private final String type;

        Handler(Session session, Object real, String type) {
            this.session = session;
            this.real = real;
            this.type = type;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws SQLException {
            String call = method.getName();
            if (call.equals("equals")) {
                return arguments != null && proxy == arguments[0];
            }
            if (session.gone) {
                return afterLoss(call);
            }
            if (FREE.contains(call) || !fails(type + "." + call)) {
                return forward(method, arguments);
            }
            switch (kind) {
                case ERROR_BEFORE -> throw failure();
                case ERROR_AFTER -> {
                    Object ignored = forward(method, arguments);
                    throw failure();
                }
                case REPLY_LOST -> {
                    SQLException lost = new SQLException("An I/O error occurred (injected)", "08006");
                    try {
                        Object ignored = forward(method, arguments);
                    } catch (SQLException unheard) {
                        lost.addSuppressed(unheard);
                    }
                    session.lose();
                    throw lost;
                }
                default -> throw new IllegalStateException(kind.name());
            }
        }

        private @Nullable Object afterLoss(String call) throws SQLException {
            return switch (call) {
                case "close", "abort" -> null;
                case "isClosed" -> true;
                case "isValid" -> false;
                case "hashCode" -> System.identityHashCode(this);
                case "toString" -> "lost connection";
                default -> throw new SQLException("This connection has been closed (injected)", "08003");
            };
        }

        private @Nullable Object forward(Method method, Object @Nullable [] arguments) throws SQLException {
            try {
                Object result = method.invoke(real, arguments);
                return result == null ? null : session.wrap(result);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof SQLException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        private SQLException failure() {
            return new SQLException("disk I/O error (injected)", "58030", 10);
        }
    }

    /** Opens the connections. Stateless. */
    private static final class FailingDriver implements Driver {
        @Override
        public boolean acceptsURL(String url) {
            return url.startsWith(PREFIX);
        }

        @Override
        public @Nullable Connection connect(String url, Properties properties) throws SQLException {
            if (!acceptsURL(url)) {
                return null;
            }
            int end = url.indexOf(':', PREFIX.length());
            FailingCalls script = SCRIPTS.get(url.substring(PREFIX.length(), end));
            if (script == null) {
                throw new SQLException("No script for " + url, "08001");
            }
            String real = url.substring(end + 1);
            Connection connection = DriverManager.getDriver(real).connect(real, properties);
            Session session = script.new Session(connection);
            return session.wrap(Connection.class, connection);
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
}
