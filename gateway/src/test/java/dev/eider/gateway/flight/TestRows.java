package dev.eider.gateway.flight;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Rows of two columns, {@code id} and {@code name}, to send and to compare with. */
final class TestRows {
    static final Schema SCHEMA = new Schema(List.of(
            Field.nullable("id", new ArrowType.Int(64, true)), Field.nullable("name", ArrowType.Utf8.INSTANCE)));

    private TestRows() {}

    /** Returns an empty root; the caller closes it. */
    static VectorSchemaRoot root(BufferAllocator allocator) {
        return VectorSchemaRoot.create(SCHEMA, allocator);
    }

    /** Fills a root with rows {@code first, first + 1, …}. */
    static void fill(VectorSchemaRoot root, long first, int count) {
        BigIntVector ids = (BigIntVector) root.getVector("id");
        VarCharVector names = (VarCharVector) root.getVector("name");
        for (int row = 0; row < count; row++) {
            ids.setSafe(row, first + row);
            names.setSafe(row, ("row " + (first + row)).getBytes(StandardCharsets.UTF_8));
        }
        root.setRowCount(count);
    }

    /** Returns all rows of a stream as lists of texts, and closes it. */
    static List<List<String>> read(FlightStream stream) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        try (FlightStream owned = stream) {
            while (owned.next()) {
                add(owned.getRoot(), rows);
            }
        }
        return rows;
    }

    /** Adds the rows of a batch as lists of texts. */
    static void add(VectorSchemaRoot root, List<List<String>> rows) {
        for (int row = 0; row < root.getRowCount(); row++) {
            List<String> values = new ArrayList<>();
            for (FieldVector column : root.getFieldVectors()) {
                values.add(String.valueOf(column.getObject(row)));
            }
            rows.add(values);
        }
    }

    /** Collects the receipts of one upload as JSON text. */
    static final class Receipts extends AsyncPutListener {
        private final List<String> texts = new ArrayList<>();

        @Override
        public synchronized void onNext(PutResult result) {
            byte[] bytes = new byte[(int) result.getApplicationMetadata().readableBytes()];
            result.getApplicationMetadata().getBytes(0, bytes);
            texts.add(new String(bytes, StandardCharsets.UTF_8));
        }

        synchronized List<String> texts() {
            return List.copyOf(texts);
        }
    }
}
