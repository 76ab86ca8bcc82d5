package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import org.duckdb.DuckDBConnection;

/**
 * Interrupts whatever a connection is doing.
 *
 * <p>The driver's {@code Statement.cancel()} does nothing while the rows of a result are being read, only while the
 * statement is executed. What it calls in the end works at any time, but is not public: this is the one place that
 * reaches for it. Stateless.
 */
final class DriverInterrupt {
    private static final VarHandle LOCK;
    private static final MethodHandle INTERRUPT;

    static {
        try {
            MethodHandles.Lookup driver = MethodHandles.privateLookupIn(DuckDBConnection.class, MethodHandles.lookup());
            LOCK = driver.findVarHandle(DuckDBConnection.class, "connRefLock", ReentrantLock.class);
            INTERRUPT = driver.findVirtual(DuckDBConnection.class, "interrupt", MethodType.methodType(void.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private DriverInterrupt() {}

    /** Interrupts a connection; one that is closed is left alone. The lock keeps it from being closed meanwhile. */
    static void interrupt(DuckDBConnection connection) {
        ReentrantLock lock = (ReentrantLock) LOCK.get(connection);
        lock.lock();
        try {
            if (!connection.isClosed()) {
                INTERRUPT.invokeExact(connection);
            }
        } catch (Throwable e) {
            throw new EiderException(ErrorCode.INTERNAL, "A query could not be interrupted", e);
        } finally {
            lock.unlock();
        }
    }
}
