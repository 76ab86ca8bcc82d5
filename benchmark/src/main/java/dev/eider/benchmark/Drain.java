package dev.eider.benchmark;

import java.util.Locale;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** Takes a result as a client would, and keeps a checksum: rows and the sum of the first BIGINT column. */
final class Drain {
    private long rows;
    private long sum;

    void add(VectorSchemaRoot batch) {
        rows += batch.getRowCount();
        for (FieldVector vector : batch.getFieldVectors()) {
            if (vector instanceof BigIntVector numbers) {
                for (int i = 0; i < batch.getRowCount(); i++) {
                    sum += numbers.isNull(i) ? 0 : numbers.get(i);
                }
                return;
            }
        }
    }

    String checksum() {
        return String.format(Locale.ROOT, "%d rows, sum %d", rows, sum);
    }
}
