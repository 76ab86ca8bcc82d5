package dev.eider.catalog;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;

/**
 * A statement of a {@link FaultyConnection}: forwards every call to the real one, and tells the connection what it is
 * about to execute. Confined to one thread at a time, as statements are.
 */
final class FaultyStatement implements InvocationHandler {
    private static final Pattern SWAP = Pattern.compile(
            "\\b(INSERT\\s+(OR\\s+\\w+\\s+)?INTO|UPDATE(\\s+OR\\s+\\w+)?|DELETE\\s+FROM)\\s+\"?iceberg_tables\\b",
            Pattern.CASE_INSENSITIVE);

    private final FaultyConnection owner;
    private final Connection connection;
    private final Statement real;
    private final boolean swaps;
    private boolean batchSwaps;

    FaultyStatement(FaultyConnection owner, Connection connection, Statement real, String sql) {
        this.owner = owner;
        this.connection = connection;
        this.real = real;
        this.swaps = isSwap(sql);
    }

    private static boolean isSwap(String sql) {
        return SWAP.matcher(sql).find();
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws SQLException {
        String name = method.getName();
        switch (name) {
            case "equals":
                return proxy == arguments[0];
            case "hashCode":
                return System.identityHashCode(proxy);
            case "toString":
                return "faulty " + real;
            case "getConnection":
                return connection;
            case "close":
                return owner.isGone() ? null : FaultyConnection.forward(real, method, arguments);
            case "isClosed":
                return owner.isGone() || (boolean) FaultyConnection.forward(real, method, arguments);
            default:
                owner.requirePresent();
        }
        boolean hasText = arguments != null && arguments[0] instanceof String;
        if (name.startsWith("execute")) {
            boolean swap = hasText ? isSwap((String) arguments[0]) : swaps || batchSwaps;
            return owner.execute(swap, () -> FaultyConnection.forward(real, method, arguments));
        }
        if (name.equals("addBatch")) {
            batchSwaps |= hasText && isSwap((String) arguments[0]);
        } else if (name.equals("clearBatch")) {
            batchSwaps = false;
        }
        return FaultyConnection.forward(real, method, arguments);
    }
}
