package dev.eider.gateway.flight;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * Cuts a batch of long values into pieces that a message can hold: every message is copied into the network's memory.
 *
 * <p>Confined to one thread. The root's batch is gone when the pieces are closed.
 */
final class BatchPieces implements AutoCloseable {
    private static final long PIECE_BYTES = 16L << 20;

    private final VectorSchemaRoot root;
    private final List<VectorSchemaRoot> pieces = new ArrayList<>();
    private final int count;

    /** Cuts what a root holds. */
    BatchPieces(VectorSchemaRoot root) {
        this.root = root;
        int rows = root.getRowCount();
        long wanted = Math.min(rows, bytesOf(root) / PIECE_BYTES + 1);
        if (wanted <= 1) {
            count = 1;
            return;
        }
        int length = (int) ((rows + wanted - 1) / wanted);
        for (int start = 0; start < rows; start += length) {
            pieces.add(root.slice(start, Math.min(length, rows - start)));
        }
        count = pieces.size();
    }

    /** Returns how many pieces there are: one for a batch that is small enough, and for an empty one. */
    int count() {
        return count;
    }

    /** Puts a piece into the root. */
    void load(int piece) {
        if (count > 1) {
            try (VectorSchemaRoot slice = pieces.get(piece);
                    ArrowRecordBatch batch = new VectorUnloader(slice).getRecordBatch()) {
                new VectorLoader(root).load(batch);
            }
        }
    }

    /** Returns how many bytes a batch takes in a message. */
    static long bytesOf(VectorSchemaRoot root) {
        long bytes = 0;
        for (FieldVector vector : root.getFieldVectors()) {
            bytes += vector.getBufferSize();
        }
        return bytes;
    }

    @Override
    public void close() {
        pieces.forEach(VectorSchemaRoot::close);
    }
}
