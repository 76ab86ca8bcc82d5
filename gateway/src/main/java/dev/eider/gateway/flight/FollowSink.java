package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Sends the rows of many results, one after the other, as one answer, and marks in between.
 *
 * <p>Used by one thread at a time. Whoever makes it closes it, after the last call.
 */
final class FollowSink implements BatchSink, AutoCloseable {
    private final ServerStreamListener listener;
    private final BufferAllocator allocator;
    private @Nullable VectorSchemaRoot sent;
    private @Nullable VectorSchemaRoot source;

    FollowSink(ServerStreamListener listener, BufferAllocator allocator) {
        this.listener = listener;
        this.allocator = allocator;
    }

    @Override
    public void start(VectorSchemaRoot root, DictionaryProvider dictionaries) {
        source = root;
        VectorSchemaRoot open = sent;
        if (open == null) {
            open = VectorSchemaRoot.create(root.getSchema(), allocator);
            sent = open;
            listener.start(open);
        } else if (!open.getSchema().equals(root.getSchema())) {
            throw new EiderException(
                    ErrorCode.SCHEMA_MISMATCH,
                    "The columns of the table have changed: follow it again from the last snapshot that was marked");
        }
    }

    /** Returns whether the client knows the columns. */
    boolean isStarted() {
        return sent != null;
    }

    @Override
    public void batch() {
        VectorSchemaRoot from = java.util.Objects.requireNonNull(source, "start comes first");
        VectorSchemaRoot to = java.util.Objects.requireNonNull(sent, "start comes first");
        if (from.getRowCount() == 0) {
            return;
        }
        try (ArrowRecordBatch batch = new VectorUnloader(from).getRecordBatch()) {
            new VectorLoader(to).load(batch);
        }
        try {
            listener.putNext();
        } finally {
            to.clear();
        }
    }

    @Override
    public void end() {
        source = null;
    }

    /** Sends a batch without rows, with what it means beside it. */
    void mark(String json) {
        VectorSchemaRoot to = java.util.Objects.requireNonNull(sent, "start comes first");
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        ArrowBuf metadata = allocator.buffer(bytes.length);
        metadata.writeBytes(bytes);
        to.allocateNew();
        to.setRowCount(0);
        try {
            listener.putNext(metadata);
        } finally {
            to.clear();
        }
    }

    @Override
    public void close() {
        VectorSchemaRoot open = sent;
        try (allocator) {
            if (open != null) {
                open.close();
            }
        }
    }
}
