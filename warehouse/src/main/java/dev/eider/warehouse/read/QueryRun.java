package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * A query that runs: its rows as Arrow, and the handle to stop it.
 *
 * <p>Whoever receives one closes it; closing frees the connection, the reader and its buffers, and stops the query if
 * it still runs. Confined to one thread, except {@link #cancel()}.
 */
public interface QueryRun extends AutoCloseable {

    /**
     * Returns the result, starting the query at the first call, which lasts until there are rows or an end.
     *
     * @return the reader, owned by this run: do not close it; its errors are read by {@link #failure}
     */
    ArrowReader reader();

    /** Turns what {@link #reader()} or its result threw into an error to show. */
    EiderException failure(Throwable error);

    /** Stops the query as soon as possible, or keeps it from starting; any thread may call this, any number of times. */
    void cancel();

    @Override
    void close();
}
