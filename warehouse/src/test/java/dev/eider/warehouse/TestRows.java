package dev.eider.warehouse;

import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** A stream of rows that tests make: batches filled one after the other. */
public final class TestRows extends ArrowReader {
    private final Schema schema;
    private final int batches;
    private final BiConsumer<VectorSchemaRoot, Integer> fill;
    private int next;

    /**
     * @param fill fills an empty root for the batch of the given number, and sets its row count
     */
    public TestRows(BufferAllocator allocator, Schema schema, int batches, BiConsumer<VectorSchemaRoot, Integer> fill) {
        super(allocator);
        this.schema = schema;
        this.batches = batches;
        this.fill = fill;
    }

    /** Rows of an id and a name: {@code rows} in each of {@code batches} batches, ids from {@code first} on. */
    public static TestRows numbered(BufferAllocator allocator, long first, int rows, int batches) {
        return new TestRows(allocator, numberedSchema(), batches, (root, batch) -> {
            org.apache.arrow.vector.BigIntVector id = (org.apache.arrow.vector.BigIntVector) root.getVector("id");
            org.apache.arrow.vector.VarCharVector name = (org.apache.arrow.vector.VarCharVector) root.getVector("name");
            for (int i = 0; i < rows; i++) {
                long value = first + (long) batch * rows + i;
                id.setSafe(i, value);
                if (value % 10 == 9) {
                    name.setNull(i);
                } else {
                    name.setSafe(i, ("name " + value).getBytes(java.nio.charset.StandardCharsets.UTF_8));
                }
            }
            root.setRowCount(rows);
        });
    }

    public static Schema numberedSchema() {
        return new Schema(List.of(
                new Field("id", FieldType.notNullable(new ArrowType.Int(64, true)), null),
                new Field("name", FieldType.nullable(ArrowType.Utf8.INSTANCE), null)));
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        if (next == batches) {
            return false;
        }
        VectorSchemaRoot root = getVectorSchemaRoot();
        root.clear();
        root.allocateNew();
        fill.accept(root, next++);
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
        return schema;
    }
}
