package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.engine.EngineConnection;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.jspecify.annotations.Nullable;

/**
 * A query that runs: its rows as Arrow, and the handle to stop it.
 *
 * <p>Whoever receives one closes it; closing frees the connection, the reader and its buffers, and stops the query if
 * it still runs. Confined to one thread, except {@link #cancel()}.
 */
public final class QueryRun implements AutoCloseable {
    private final EngineConnection connection;
    private final String sql;
    private final BufferAllocator allocator;
    private final int batchRows;
    private @Nullable ArrowReader reader;

    QueryRun(EngineConnection connection, String sql, BufferAllocator allocator, int batchRows) {
        this.connection = connection;
        this.sql = sql;
        this.allocator = allocator;
        this.batchRows = batchRows;
    }

    /**
     * Returns the result, starting the query at the first call, which lasts until there are rows or an end.
     *
     * @return the reader, owned by this run: do not close it; its errors are read by {@link #failure}
     */
    public ArrowReader reader() {
        ArrowReader started = reader;
        if (started == null) {
            started = connection.stream(sql, allocator, batchRows);
            reader = started;
        }
        return started;
    }

    /** Turns what {@link #reader()} or its result threw into an error to show. */
    public EiderException failure(Throwable error) {
        return connection.failure(error);
    }

    /** Stops the query as soon as possible, or keeps it from starting; any thread may call this, any number of times. */
    public void cancel() {
        connection.cancel();
    }

    @Override
    public void close() {
        connection.close();
    }
}
