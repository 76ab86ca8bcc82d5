package dev.eider.benchmark;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The same Arrow batches for every contender: 8 columns, 65,536 rows each, a fixed seed. A few distinct batches are
 * sent round and round, so that making them is not part of what is measured. Owns their buffers.
 */
final class SampleBatches implements AutoCloseable {
    static final int BATCH_ROWS = 65_536;
    private static final int DISTINCT = 8;

    private final BufferAllocator allocator;
    private final List<ArrowRecordBatch> batches = new ArrayList<>();

    SampleBatches(BufferAllocator allocator) {
        this.allocator = allocator;
        SplittableRandom random = new SplittableRandom(42);
        try (VectorSchemaRoot root = VectorSchemaRoot.create(schema(), allocator)) {
            for (int batch = 0; batch < DISTINCT; batch++) {
                root.allocateNew();
                fill(root, (long) batch * BATCH_ROWS, BATCH_ROWS, random);
                batches.add(new VectorUnloader(root).getRecordBatch());
                root.clear();
            }
        }
    }

    static Schema schema() {
        return new Schema(List.of(
                field("id", new ArrowType.Int(64, true)),
                field("departed", new ArrowType.Timestamp(TimeUnit.MICROSECOND, null)),
                field("origin", ArrowType.Utf8.INSTANCE),
                field("comment", ArrowType.Utf8.INSTANCE),
                field("delay", new ArrowType.Int(32, true)),
                field("distance", new ArrowType.Int(32, true)),
                field("price", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
                field("late", ArrowType.Bool.INSTANCE)));
    }

    private static Field field(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), null);
    }

    /** Fills an allocated root with rows that count from {@code firstId}. */
    static void fill(VectorSchemaRoot root, long firstId, int rows, SplittableRandom random) {
        for (int i = 0; i < rows; i++) {
            long id = firstId + i;
            int delay = random.nextInt(-20, 180);
            ((BigIntVector) root.getVector(0)).setSafe(i, id);
            ((TimeStampMicroVector) root.getVector(1)).setSafe(i, 978_307_200_000_000L + id * 1_000_000);
            ((VarCharVector) root.getVector(2)).setSafe(i, airport(random.nextInt(300)));
            ((VarCharVector) root.getVector(3))
                    .setSafe(i, ("comment " + random.nextInt(100_000)).getBytes(StandardCharsets.UTF_8));
            ((IntVector) root.getVector(4)).setSafe(i, delay);
            ((IntVector) root.getVector(5)).setSafe(i, random.nextInt(50, 5000));
            if (random.nextInt(20) > 0) {
                ((Float8Vector) root.getVector(6)).setSafe(i, random.nextInt(1_000_000) / 100.0);
            } else {
                root.getVector(6).setNull(i);
            }
            ((BitVector) root.getVector(7)).setSafe(i, delay > 15 ? 1 : 0);
        }
        root.setRowCount(rows);
    }

    private static byte[] airport(int number) {
        return new byte[] {(byte) ('A' + number % 26), (byte) ('A' + number / 26 % 26), 'X'};
    }

    /** Returns a stream of that many batches. */
    ArrowReader reader(int count) {
        return new Rounds(allocator, count);
    }

    private final class Rounds extends ArrowReader {
        private final int count;
        private int next;

        Rounds(BufferAllocator allocator, int count) {
            super(allocator);
            this.count = count;
        }

        @Override
        public boolean loadNextBatch() throws java.io.IOException {
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
        protected void closeReadSource() {}

        @Override
        protected Schema readSchema() {
            return schema();
        }
    }

    @Override
    public void close() {
        batches.forEach(ArrowRecordBatch::close);
    }
}
