package dev.eider.warehouse.read;

import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * A query that is running: its rows as Arrow, and the handle to stop it.
 *
 * <p>Whoever receives one closes it; closing frees the connection, the reader and its buffers, and stops the query if
 * it still runs. Confined to one thread, except {@link #cancel()}.
 */
public interface QueryRun extends AutoCloseable {

    /** Returns the result; owned by this run, do not close it. */
    ArrowReader reader();

    /** Stops the query as soon as possible; any thread may call this, any number of times. */
    void cancel();

    @Override
    void close();
}
