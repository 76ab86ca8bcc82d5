package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.HashSet;
import java.util.Set;

/**
 * Says that whoever asked for some work has left, and stops what the work does in the engine, at once and from then on.
 *
 * <p>Thread-safe. One for each request; the connections that were opened for it register here until they are closed.
 */
public final class Cancellation {
    private final Set<EngineConnection> connections = new HashSet<>();
    private boolean cancelled;

    /** Stops the work; any thread may call this, any number of times. */
    public synchronized void cancel() {
        cancelled = true;
        connections.forEach(EngineConnection::cancel);
    }

    /** Throws CANCELLED if the work is to stop. */
    public synchronized void check() {
        if (cancelled) {
            throw new EiderException(ErrorCode.CANCELLED, "The query was cancelled");
        }
    }

    synchronized void add(EngineConnection connection) {
        connections.add(connection);
        if (cancelled) {
            connection.cancel();
        }
    }

    synchronized void remove(EngineConnection connection) {
        connections.remove(connection);
    }
}
