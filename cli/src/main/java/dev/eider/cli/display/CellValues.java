package dev.eider.cli.display;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.FloatingPointVector;
import org.apache.arrow.vector.IntervalDayVector;
import org.apache.arrow.vector.IntervalMonthDayNanoVector;
import org.apache.arrow.vector.IntervalYearVector;
import org.apache.arrow.vector.PeriodDuration;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.holders.NullableIntervalDayHolder;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * Takes single values out of Arrow vectors, as the few Java types that the writers of this package know.
 *
 * <p>These are null, {@link Boolean}, {@link Number} (exact: decimals as {@code BigDecimal}, unsigned 64 bits as {@code
 * BigInteger}), {@link String}, {@code byte[]}, {@link LocalDate}, {@link LocalTime}, {@link LocalDateTime}, {@link
 * OffsetDateTime} in UTC, {@link UUID}, {@link Interval}, {@link List}, {@link Struct} and {@link Entries}. Stateless.
 */
final class CellValues {
    private CellValues() {}

    /** A span of calendar and clock time; its parts do not convert into each other. */
    record Interval(long months, long days, long nanos) {}

    /** Named values, in order. */
    record Struct(List<String> names, List<@Nullable Object> values) {}

    /** The entries of a map, in order. */
    record Entries(List<@Nullable Object> keys, List<@Nullable Object> values) {}

    /** Returns the value at {@code row}; dictionary-encoded vectors must have been decoded before. */
    static @Nullable Object at(ValueVector vector, int row) {
        if (vector.isNull(row)) {
            return null;
        }
        Field field = vector.getField();
        return switch (field.getType().getTypeID()) {
            case Null, NONE -> null;
            case Bool -> ((BitVector) vector).get(row) == 1;
            case Int -> integer(vector, row);
            case FloatingPoint -> floating(vector, row);
            case Utf8, LargeUtf8, Utf8View -> String.valueOf(vector.getObject(row));
            case Binary, LargeBinary, BinaryView, FixedSizeBinary -> binary(vector, row);
            case Date -> date(vector, row);
            case Time -> time(vector, row);
            case Timestamp -> timestamp((TimeStampVector) vector, row);
            case Interval, Duration -> interval(vector, row);
            case List, LargeList, FixedSizeList, ListView, LargeListView -> list(vector, row);
            case Struct -> struct((StructVector) vector, row);
            case Map -> entries((MapVector) vector, row);
            case Decimal, Union, RunEndEncoded -> vector.getObject(row);
        };
    }

    private static Object integer(ValueVector vector, int row) {
        if (vector instanceof UInt8Vector unsigned) {
            return unsigned.getObjectNoOverflow(row);
        }
        return ((BaseIntVector) vector).getValueAsLong(row);
    }

    private static Object floating(ValueVector vector, int row) {
        if (vector instanceof Float2Vector half) {
            return half.getValueAsFloat(row);
        }
        Object value = vector.getObject(row);
        return value instanceof Float single ? single : (Object) ((FloatingPointVector) vector).getValueAsDouble(row);
    }

    private static @Nullable Object binary(ValueVector vector, int row) {
        ValueVector storage =
                vector instanceof ExtensionTypeVector<?> extension ? extension.getUnderlyingVector() : vector;
        Object value = storage.getObject(row);
        String extension = vector.getField().getMetadata().getOrDefault("ARROW:extension:name", "");
        if (value instanceof byte[] bytes && bytes.length == 16 && extension.equals("arrow.uuid")) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return new UUID(buffer.getLong(), buffer.getLong());
        }
        return value;
    }

    private static Object date(ValueVector vector, int row) {
        if (vector instanceof DateDayVector days) {
            return LocalDate.ofEpochDay(days.get(row));
        }
        return LocalDate.ofEpochDay(Math.floorDiv(((DateMilliVector) vector).get(row), TimeUnit.DAYS.toMillis(1)));
    }

    private static Object time(ValueVector vector, int row) {
        long nanos;
        if (vector instanceof TimeSecVector seconds) {
            nanos = TimeUnit.SECONDS.toNanos(seconds.get(row));
        } else if (vector instanceof TimeMilliVector millis) {
            nanos = TimeUnit.MILLISECONDS.toNanos(millis.get(row));
        } else if (vector instanceof TimeMicroVector micros) {
            nanos = TimeUnit.MICROSECONDS.toNanos(micros.get(row));
        } else {
            nanos = ((TimeNanoVector) vector).get(row);
        }
        // SQL knows 24:00:00, java.time does not.
        return nanos >= 0 && nanos < TimeUnit.DAYS.toNanos(1) ? LocalTime.ofNanoOfDay(nanos) : "24:00:00";
    }

    private static Object timestamp(TimeStampVector vector, int row) {
        ArrowType.Timestamp type = (ArrowType.Timestamp) vector.getField().getType();
        long perSecond =
                switch (type.getUnit()) {
                    case SECOND -> 1L;
                    case MILLISECOND -> 1_000L;
                    case MICROSECOND -> 1_000_000L;
                    case NANOSECOND -> 1_000_000_000L;
                };
        long value = vector.get(row);
        // The two ends of the range are SQL's infinities.
        if (value == Long.MAX_VALUE || value == -Long.MAX_VALUE) {
            return value > 0 ? "infinity" : "-infinity";
        }
        long nanoOfSecond = Math.floorMod(value, perSecond) * (1_000_000_000L / perSecond);
        Instant instant = Instant.ofEpochSecond(Math.floorDiv(value, perSecond), nanoOfSecond);
        return type.getTimezone() == null
                ? LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
                : OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }

    private static @Nullable Object interval(ValueVector vector, int row) {
        if (vector instanceof IntervalYearVector months) {
            return new Interval(months.get(row), 0, 0);
        }
        if (vector instanceof IntervalDayVector days) {
            NullableIntervalDayHolder holder = new NullableIntervalDayHolder();
            days.get(row, holder);
            return new Interval(0, holder.days, TimeUnit.MILLISECONDS.toNanos(holder.milliseconds));
        }
        if (vector instanceof IntervalMonthDayNanoVector spans) {
            PeriodDuration span = spans.getObject(row);
            return new Interval(
                    span.getPeriod().toTotalMonths(),
                    span.getPeriod().get(ChronoUnit.DAYS),
                    span.getDuration().toNanos());
        }
        return new Interval(0, 0, ((DurationVector) vector).getObject(row).toNanos());
    }

    private static Object list(ValueVector vector, int row) {
        ListSlice slice = ListSlice.of(vector, row);
        List<@Nullable Object> elements = new ArrayList<>(slice.length());
        for (int i = 0; i < slice.length(); i++) {
            elements.add(at(slice.elements(), slice.start() + i));
        }
        return elements;
    }

    private static Object struct(StructVector vector, int row) {
        List<String> names = new ArrayList<>();
        List<@Nullable Object> values = new ArrayList<>();
        for (ValueVector child : vector.getChildrenFromFields()) {
            names.add(child.getName());
            values.add(at(child, row));
        }
        return new Struct(names, values);
    }

    private static Object entries(MapVector vector, int row) {
        ListSlice slice = ListSlice.of(vector, row);
        StructVector pairs = (StructVector) slice.elements();
        List<@Nullable Object> keys = new ArrayList<>(slice.length());
        List<@Nullable Object> values = new ArrayList<>(slice.length());
        for (int i = slice.start(); i < slice.start() + slice.length(); i++) {
            keys.add(at(pairs.getChildByOrdinal(0), i));
            values.add(at(pairs.getChildByOrdinal(1), i));
        }
        return new Entries(keys, values);
    }
}
