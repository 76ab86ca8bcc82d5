package dev.eider.benchmark.soak;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;

/** The rows of an intent, for each kind of client: id, intent, writer, note. */
final class SoakRows {
    private SoakRows() {}

    /** Returns the rows for Flight; the caller closes them. */
    static VectorSchemaRoot of(Intent intent, BufferAllocator allocator) {
        VectorSchemaRoot root = VectorSchemaRoot.create(
                new Schema(List.of(
                        field("id", new ArrowType.Int(64, true)),
                        field("intent", new ArrowType.Int(64, true)),
                        field("writer", new ArrowType.Int(32, true)),
                        field("note", ArrowType.Utf8.INSTANCE))),
                allocator);
        root.allocateNew();
        for (int i = 0; i < intent.rows(); i++) {
            long id = intent.firstId() + i;
            ((BigIntVector) root.getVector(0)).setSafe(i, id);
            ((BigIntVector) root.getVector(1)).setSafe(i, intent.number());
            ((IntVector) root.getVector(2)).setSafe(i, intent.writer());
            ((VarCharVector) root.getVector(3)).setSafe(i, Intent.note(id).getBytes(StandardCharsets.UTF_8));
        }
        root.setRowCount(intent.rows());
        return root;
    }

    private static Field field(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), null);
    }

    /** Returns one row for Iceberg's own writer. */
    static Record record(Intent intent, int row, org.apache.iceberg.Schema schema) {
        Record record = GenericRecord.create(schema);
        long id = intent.firstId() + row;
        record.setField("id", id);
        record.setField("intent", intent.number());
        record.setField("writer", intent.writer());
        record.setField("note", Intent.note(id));
        return record;
    }
}
