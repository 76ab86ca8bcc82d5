package dev.eider.warehouse.scan;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * Reads bounds by the type that a field has now, which may be wider than when they were written.
 *
 * <p>What cannot be read for sure is no bound.
 */
final class Bounds {

    private Bounds() {}

    /** Returns a lower bound as Iceberg serializes values of {@code type}. */
    static @Nullable ByteBuffer lower(Type type, ByteBuffer bound) {
        return switch (type.typeId()) {
            case FLOAT -> bound.remaining() == Float.BYTES ? floating(zeroAs(number(bound), -0.0)) : null;
            case DOUBLE -> isDouble(bound) ? doubled(zeroAs(number(bound), -0.0)) : null;
            default -> exact(type, bound);
        };
    }

    /** Returns an upper bound as Iceberg serializes values of {@code type}. */
    static @Nullable ByteBuffer upper(Type type, ByteBuffer bound) {
        return switch (type.typeId()) {
            case FLOAT -> bound.remaining() == Float.BYTES ? floating(zeroAs(number(bound), 0.0)) : null;
            case DOUBLE -> isDouble(bound) ? doubled(zeroAs(number(bound), 0.0)) : null;
            default -> exact(type, bound);
        };
    }

    private static boolean isDouble(ByteBuffer bound) {
        return bound.remaining() == Double.BYTES || bound.remaining() == Float.BYTES;
    }

    private static double number(ByteBuffer bound) {
        return bound.remaining() == Float.BYTES ? bound.getFloat(bound.position()) : bound.getDouble(bound.position());
    }

    /** Iceberg tells the zeros apart, SQL does not. */
    private static double zeroAs(double value, double zero) {
        return value == 0 ? zero : value;
    }

    private static ByteBuffer floating(double value) {
        return little(Float.BYTES).putFloat(0, (float) value);
    }

    private static ByteBuffer doubled(double value) {
        return little(Double.BYTES).putDouble(0, value);
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static @Nullable ByteBuffer exact(Type type, ByteBuffer bound) {
        int length = bound.remaining();
        return switch (type.typeId()) {
            case BOOLEAN -> length == 1 ? bound : null;
            case INTEGER, DATE -> length == Integer.BYTES ? bound : null;
            case LONG -> length == Long.BYTES || length == Integer.BYTES ? bound : null;
            case TIME -> length == Long.BYTES ? bound : null;
            case TIMESTAMP -> instant(bound, ((Types.TimestampType) type).shouldAdjustToUTC(), TimeUnit.MICROSECONDS);
            case TIMESTAMP_NANO ->
                instant(bound, ((Types.TimestampNanoType) type).shouldAdjustToUTC(), TimeUnit.NANOSECONDS);
            // Files order them as bytes, Iceberg compares them as signed numbers: between the two, rows would be lost.
            case UUID -> null;
            case DECIMAL -> length > 0 ? bound : null;
            case STRING, BINARY, FIXED -> bound;
            default -> null;
        };
    }

    /** A column of dates can become one of timestamps without a zone. */
    private static @Nullable ByteBuffer instant(ByteBuffer bound, boolean zoned, TimeUnit unit) {
        if (bound.remaining() == Long.BYTES) {
            return bound;
        }
        if (zoned || bound.remaining() != Integer.BYTES) {
            return null;
        }
        int days = bound.getInt(bound.position());
        long value = unit.convert(days, TimeUnit.DAYS);
        return value == Long.MIN_VALUE || value == Long.MAX_VALUE
                ? null
                : little(Long.BYTES).putLong(0, value);
    }
}
