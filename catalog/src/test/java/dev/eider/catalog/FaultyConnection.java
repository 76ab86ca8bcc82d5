package dev.eider.catalog;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Optional;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A connection that follows a script of {@link Faults}: forwards every call to the real one, and fails where the script
 * says so.
 *
 * <p>Once it is gone every call fails with 08003, except those that close it or ask whether it is alive. Confined to one
 * thread at a time, as connections are.
 */
final class FaultyConnection implements InvocationHandler {
    private static final int KILLED = 137;
    private static final Request NOTHING = () -> null;

    private final Connection real;
    private final Faults faults;
    private final boolean postgres;
    private boolean swapping;
    private volatile boolean gone;

    private FaultyConnection(Connection real, Faults faults) throws SQLException {
        this.real = real;
        this.faults = faults;
        this.postgres = "PostgreSQL".equals(real.getMetaData().getDatabaseProductName());
    }

    /** Something that the database is told to do. */
    @FunctionalInterface
    interface Request {
        Object run() throws SQLException;
    }

    /** Returns a connection that owns the real one. */
    static Connection wrap(Connection real, Faults faults) throws SQLException {
        return proxy(Connection.class, new FaultyConnection(real, faults));
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /** Returns whether a statement's result says that it changed rows. */
    static boolean isChange(Object result) {
        if (result instanceof Number count) {
            return count.longValue() != 0;
        }
        if (result instanceof int[] counts) {
            return Arrays.stream(counts).anyMatch(count -> count != 0);
        }
        return true;
    }

    /** Calls the real object and throws what it throws. */
    static Object forward(Object target, Method method, Object[] arguments) throws SQLException {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new SQLException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new SQLException(e);
        }
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws SQLException {
        Request call = () -> forward(real, method, arguments);
        switch (method.getName()) {
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "faulty " + real;
            case "close", "abort":
                return gone ? null : call.run();
            case "isClosed":
                return gone || (boolean) call.run();
            case "isValid":
                return !gone && (boolean) call.run();
            default:
                requirePresent();
                return change(proxy, method.getName(), arguments, call);
        }
    }

    private Object change(Object proxy, String method, Object[] arguments, Request call) throws SQLException {
        return switch (method) {
            case "createStatement" -> statement(proxy, Statement.class, "", call);
            case "prepareStatement" -> statement(proxy, PreparedStatement.class, (String) arguments[0], call);
            case "prepareCall" -> statement(proxy, CallableStatement.class, (String) arguments[0], call);
            case "commit" -> commit(call);
            case "setAutoCommit" -> (boolean) arguments[0] ? commit(call) : call.run();
            case "rollback" -> {
                swapping &= arguments != null;
                yield call.run();
            }
            default -> call.run();
        };
    }

    private <T extends Statement> T statement(Object proxy, Class<T> type, String sql, Request call)
            throws SQLException {
        return proxy(type, new FaultyStatement(this, (Connection) proxy, (Statement) call.run(), sql));
    }

    boolean isGone() {
        return gone;
    }

    void requirePresent() throws SQLException {
        if (gone) {
            throw new SQLException("This connection is closed", "08003");
        }
    }

    /** Runs a statement; {@code swaps} says whether it changes the pointer table. */
    Object execute(boolean swaps, Request statement) throws SQLException {
        if (swapping) {
            failAt(Faults.Point.DURING_SWAP, NOTHING);
        } else if (swaps) {
            failAt(Faults.Point.BEFORE_SWAP, statement);
        }
        if (swaps && real.getAutoCommit()) {
            failAt(Faults.Point.AFTER_SWAP, statement);
            return statement.run();
        }
        Object result = statement.run();
        swapping |= swaps && isChange(result);
        return result;
    }

    private Object commit(Request commit) throws SQLException {
        if (swapping) {
            failAt(Faults.Point.DURING_SWAP, NOTHING);
            failAt(Faults.Point.AFTER_SWAP, commit);
        }
        Object result = commit.run();
        swapping = false;
        return result;
    }

    private void failAt(Faults.Point point, Request request) throws SQLException {
        Optional<Faults.Kind> kind = faults.take(point);
        if (kind.isPresent()) {
            SQLException error = fail(point, kind.get(), request);
            faults.happened(point, kind.get());
            if (kind.get() == Faults.Kind.KILL) {
                Runtime.getRuntime().halt(KILLED);
            }
            throw error;
        }
    }

    private SQLException fail(Faults.Point point, Faults.Kind kind, Request request) throws SQLException {
        boolean atCommit = point == Faults.Point.AFTER_SWAP;
        return switch (kind) {
            case REPLY_LOST -> {
                SQLException lost = lost();
                unheard(request, lost);
                unheard(this::hangUp, lost);
                yield lost;
            }
            case APPLIED_LATER, UNDONE_LATER -> {
                Request rest = atCommit && !real.getAutoCommit() ? NOTHING : request;
                gone = true;
                faults.later(new LateCommit(real, rest, kind == Faults.Kind.APPLIED_LATER));
                yield lost();
            }
            case CONNECTION_RESET -> {
                Request last = atCommit ? request : this::rollBack;
                last.run();
                hangUp();
                yield lost();
            }
            case BUSY -> busy(atCommit);
            case COMMITTED_BUT_40001 -> {
                request.run();
                swapping = false;
                yield collision();
            }
            case KILL -> {
                Request last = atCommit ? request : NOTHING;
                last.run();
                yield lost();
            }
        };
    }

    /** The database's answer is lost, even if it was a refusal. */
    private static void unheard(Request request, SQLException lost) {
        try {
            request.run();
        } catch (SQLException e) {
            lost.addSuppressed(e);
        }
    }

    private Object hangUp() throws SQLException {
        gone = true;
        real.close();
        return null;
    }

    private Object rollBack() throws SQLException {
        swapping = false;
        if (!real.getAutoCommit()) {
            real.rollback();
        }
        return null;
    }

    private SQLException busy(boolean atCommit) throws SQLException {
        if (!postgres) {
            return new SQLiteException("[SQLITE_BUSY] The database file is locked", SQLiteErrorCode.SQLITE_BUSY);
        }
        if (atCommit) {
            rollBack();
        } else if (!real.getAutoCommit()) {
            spoil();
        }
        return collision();
    }

    /** After an error PostgreSQL accepts nothing but a rollback: have one. */
    private void spoil() throws SQLException {
        try (Statement statement = real.createStatement()) {
            statement.execute("SELECT 1 / 0");
        } catch (SQLException e) {
            if (!"22012".equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    private static SQLException lost() {
        return new SQLException("An I/O error occurred while sending to the backend (injected)", "08006");
    }

    private static SQLException collision() {
        return new SQLException("could not serialize access due to concurrent update (injected)", "40001");
    }
}
