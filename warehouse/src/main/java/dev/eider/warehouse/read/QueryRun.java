package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.engine.EngineConnection;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * A query that is running: its rows as Arrow, and the handle to stop it.
 *
 * <p>Whoever receives one closes it; closing frees the connection, the reader and its buffers, and stops the query if
 * it still runs. Confined to one thread, except {@link #cancel()}.
 */
public final class QueryRun implements AutoCloseable {
    private final EngineConnection connection;
    private final ArrowReader reader;

    QueryRun(EngineConnection connection, ArrowReader reader) {
        this.connection = connection;
        this.reader = reader;
    }

    /** Returns the result; owned by this run, do not close it. Its errors are read by {@link #failure}. */
    public ArrowReader reader() {
        return reader;
    }

    /** Turns what {@link #reader()} threw into an error to show. */
    public EiderException failure(Throwable error) {
        return connection.failure(error);
    }

    /** Stops the query as soon as possible; any thread may call this, any number of times. */
    public void cancel() {
        connection.cancel();
    }

    @Override
    public void close() {
        connection.close();
    }
}
