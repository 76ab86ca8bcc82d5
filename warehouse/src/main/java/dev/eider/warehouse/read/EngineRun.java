package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.RunnableQuery;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.jspecify.annotations.Nullable;

/** A query on a connection of its own, which starts when its rows are asked for, and what it holds until it is closed. */
final class EngineRun implements QueryRun {
    private final EngineConnection connection;
    private final RunnableQuery query;
    private final BufferAllocator allocator;
    private final int batchRows;
    private final HeldSnapshots held;
    private @Nullable ArrowReader reader;

    EngineRun(
            EngineConnection connection,
            RunnableQuery query,
            BufferAllocator allocator,
            int batchRows,
            HeldSnapshots held) {
        this.connection = connection;
        this.query = query;
        this.allocator = allocator;
        this.batchRows = batchRows;
        this.held = held;
    }

    @Override
    public ArrowReader reader() {
        ArrowReader started = reader;
        if (started == null) {
            started = connection.stream(query, allocator, batchRows);
            reader = started;
        }
        return started;
    }

    @Override
    public EiderException failure(Throwable error) {
        return connection.failure(error);
    }

    @Override
    public void cancel() {
        connection.cancel();
    }

    @Override
    public void close() {
        try (held) {
            connection.close();
        }
    }
}
