package dev.eider.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
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
 * Makes one batch of sensor readings, the same for the same {@link Readings}.
 *
 * <p>Confined to one thread; whoever makes it closes it.
 */
final class GeneratedRows extends ArrowReader {
    private static final int SENSORS = 16;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int WRITERS = 900_000_000;
    private static final long IDS_OF_A_WRITER = 10_000_000_000L;
    private static final Schema SCHEMA = new Schema(List.of(
            Field.nullable("id", new ArrowType.Int(64, true)),
            Field.nullable("event_time", new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC")),
            Field.nullable("sensor", new ArrowType.Utf8()),
            Field.nullable("reading", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE))));

    private final Readings readings;
    private boolean pending = true;

    /**
     * Which readings to make. Immutable.
     *
     * @param rows how many
     * @param firstId the id of the first; the others follow
     * @param micros when they were taken, since 1970
     * @param seed decides what was measured
     */
    record Readings(int rows, long firstId, long micros, long seed) {

        /** Makes the first of a writer, whose ids no other writer has. */
        static Readings first(int rows) {
            long now = now();
            long writer = RANDOM.nextInt(1, WRITERS);
            return new Readings(rows, writer * IDS_OF_A_WRITER, now, now);
        }

        /** Returns as many others, taken now. */
        Readings next() {
            return new Readings(rows, firstId + rows, now(), seed + 1);
        }

        private static long now() {
            return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        }
    }

    GeneratedRows(BufferAllocator allocator, Readings readings) {
        super(allocator);
        this.readings = readings;
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
        SplittableRandom random = new SplittableRandom(readings.seed());
        for (int row = 0; row < readings.rows(); row++) {
            int sensor = random.nextInt(SENSORS);
            ((BigIntVector) root.getVector(0)).setSafe(row, readings.firstId() + row);
            ((TimeStampMicroTZVector) root.getVector(1)).setSafe(row, readings.micros());
            ((VarCharVector) root.getVector(2)).setSafe(row, ("sensor-" + sensor).getBytes(StandardCharsets.UTF_8));
            ((Float8Vector) root.getVector(3))
                    .setSafe(row, Math.round(2000 + sensor * 10 + random.nextDouble() * 500) / 100.0);
        }
        root.setRowCount(readings.rows());
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
