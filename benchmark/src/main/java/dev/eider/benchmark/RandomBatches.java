package dev.eider.benchmark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A stream that no codec makes smaller: 16 columns of random numbers, 1 MB a batch. A few distinct batches go round and
 * round. Owns their buffers.
 */
final class RandomBatches extends ArrowReader {
    static final int COLUMNS = 16;
    private static final int BATCH_ROWS = 8_192;
    private static final int DISTINCT = 16;

    private final List<ArrowRecordBatch> batches = new ArrayList<>();
    private final int count;
    private int next;

    RandomBatches(BufferAllocator allocator, int count) {
        super(allocator);
        this.count = count;
        SplittableRandom random = new SplittableRandom(42);
        try (VectorSchemaRoot root = VectorSchemaRoot.create(readSchema(), allocator)) {
            for (int batch = 0; batch < DISTINCT; batch++) {
                for (int column = 0; column < COLUMNS; column++) {
                    BigIntVector vector = (BigIntVector) root.getVector(column);
                    vector.allocateNew(BATCH_ROWS);
                    for (int row = 0; row < BATCH_ROWS; row++) {
                        vector.set(row, random.nextLong() >> 16);
                    }
                }
                root.setRowCount(BATCH_ROWS);
                batches.add(new VectorUnloader(root).getRecordBatch());
                root.clear();
            }
        }
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        if (next == count) {
            return false;
        }
        ArrowRecordBatch batch = batches.get(next++ % DISTINCT);
        loadRecordBatch(new ArrowRecordBatch(batch.getLength(), batch.getNodes(), batch.getBuffers()));
        return true;
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {
        batches.forEach(ArrowRecordBatch::close);
    }

    @Override
    protected Schema readSchema() {
        return new Schema(IntStream.range(0, COLUMNS)
                .mapToObj(column -> new Field("c" + column, FieldType.nullable(new ArrowType.Int(64, true)), null))
                .toList());
    }
}
