package dev.eider.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Makes sensor readings: one batch each time that {@link #next()} was called.
 *
 * <p>Confined to one thread; whoever makes it closes it.
 */
final class GeneratedRows extends ArrowReader {
    private static final int SENSORS = 16;
    private static final Schema SCHEMA = new Schema(List.of(
            Field.nullable("id", new ArrowType.Int(64, true)),
            Field.nullable("event_time", new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC")),
            Field.nullable("sensor", new ArrowType.Utf8()),
            Field.nullable("reading", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE))));

    private final SplittableRandom random = new SplittableRandom();
    private final int batchRows;
    private long id = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    private boolean pending;

    GeneratedRows(BufferAllocator allocator, int batchRows) {
        super(allocator);
        this.batchRows = batchRows;
    }

    /** Makes the next batch available to the next stream. */
    void next() {
        pending = true;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        if (!pending) {
            return false;
        }
        pending = false;
        VectorSchemaRoot root = getVectorSchemaRoot();
        root.allocateNew();
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        for (int row = 0; row < batchRows; row++) {
            int sensor = random.nextInt(SENSORS);
            ((BigIntVector) root.getVector(0)).setSafe(row, id++);
            ((TimeStampMicroTZVector) root.getVector(1)).setSafe(row, now);
            ((VarCharVector) root.getVector(2)).setSafe(row, ("sensor-" + sensor).getBytes(StandardCharsets.UTF_8));
            ((Float8Vector) root.getVector(3))
                    .setSafe(row, Math.round(2000 + sensor * 10 + random.nextDouble() * 500) / 100.0);
        }
        root.setRowCount(batchRows);
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
        return SCHEMA;
    }
}
