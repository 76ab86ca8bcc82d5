package dev.eider.cli.client;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/** Rows that are not complete yet, as long as they are not too many. Confined to one thread; whoever makes it closes it. */
final class HeldBatches implements AutoCloseable {
    private final BufferAllocator allocator;
    private final long mostBytes;
    private final List<ArrowRecordBatch> batches = new ArrayList<>();
    private Schema schema = new Schema(List.of());
    private long bytes;
    private boolean overflowing;

    HeldBatches(BufferAllocator allocator, long mostBytes) {
        this.allocator = allocator;
        this.mostBytes = mostBytes;
    }

    /** Keeps what a root holds, or hands it out with all that was kept if it is too much. */
    void add(VectorSchemaRoot root, FollowReceiver receiver) {
        if (overflowing) {
            receiver.batch(root.getFieldVectors(), root.getRowCount());
            return;
        }
        schema = root.getSchema();
        ArrowRecordBatch batch = new VectorUnloader(root).getRecordBatch();
        batches.add(batch);
        bytes += batch.computeBodyLength();
        if (bytes > mostBytes) {
            handOut(receiver);
            overflowing = true;
        }
    }

    /** Hands out everything that was kept: it is complete. */
    void handOut(FollowReceiver receiver) {
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
            VectorLoader loader = new VectorLoader(root);
            for (ArrowRecordBatch batch : batches) {
                loader.load(batch);
                receiver.batch(root.getFieldVectors(), root.getRowCount());
            }
        }
        drop();
        overflowing = false;
    }

    /** Returns whether rows were handed out that are not complete. */
    boolean isOverflowing() {
        return overflowing;
    }

    private void drop() {
        batches.forEach(ArrowRecordBatch::close);
        batches.clear();
        bytes = 0;
    }

    @Override
    public void close() {
        drop();
    }
}
