package dev.eider.warehouse.types;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.StructLike;

/** One text for equal values, whichever library holds them: times as numbers, bytes as hexadecimal digits. */
public final class StoredText {
    private StoredText() {}

    public static String ofRow(VectorSchemaRoot batch, int row) {
        return batch.getFieldVectors().stream().map(vector -> of(vector, row)).collect(Collectors.joining(" | "));
    }

    public static String ofRow(StructLike row) {
        return fields(row).collect(Collectors.joining(" | "));
    }

    /** Like the other, of the first fields only: Iceberg's reader leaves behind them what it needed for deletes. */
    public static String ofRow(StructLike row, int fields) {
        return fields(row).limit(fields).collect(Collectors.joining(" | "));
    }

    private static Stream<String> fields(StructLike struct) {
        return IntStream.range(0, struct.size()).mapToObj(i -> of(struct.get(i, Object.class)));
    }

    private static String of(ValueVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        if (vector instanceof MapVector map) {
            return entries(map, row);
        }
        if (vector instanceof ListVector list) {
            StringBuilder text = new StringBuilder("[");
            for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
                text.append(of(list.getDataVector(), i)).append(' ');
            }
            return text.append(']').toString();
        }
        if (vector instanceof StructVector struct) {
            StringBuilder text = new StringBuilder("(");
            for (FieldVector child : struct.getChildrenFromFields()) {
                text.append(of(child, row)).append(' ');
            }
            return text.append(')').toString();
        }
        return scalar(vector, row);
    }

    private static String entries(MapVector map, int row) {
        StructVector entries = (StructVector) map.getDataVector();
        Map<String, String> sorted = new TreeMap<>();
        for (int i = map.getElementStartIndex(row); i < map.getElementEndIndex(row); i++) {
            sorted.put(of(entries.getChildByOrdinal(0), i), of(entries.getChildByOrdinal(1), i));
        }
        return sorted.toString();
    }

    private static String scalar(ValueVector vector, int row) {
        if (vector instanceof DateDayVector days) {
            return Integer.toString(days.get(row));
        }
        if (vector instanceof TimeMicroVector micros) {
            return Long.toString(micros.get(row));
        }
        if (vector instanceof TimeStampMicroVector micros) {
            return Long.toString(micros.get(row));
        }
        if (vector instanceof TimeStampMicroTZVector micros) {
            return Long.toString(micros.get(row));
        }
        if (vector instanceof TimeStampNanoVector nanos) {
            return Math.floorDiv(nanos.get(row), 1_000L) + fraction(Math.floorMod(nanos.get(row), 1_000L));
        }
        return of(vector.getObject(row));
    }

    private static String of(Object value) {
        if (value instanceof StructLike struct) {
            return fields(struct).map(field -> field + " ").collect(Collectors.joining("", "(", ")"));
        }
        if (value instanceof Collection<?> list) {
            return list.stream().map(item -> of(item) + " ").collect(Collectors.joining("", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, String> sorted = new TreeMap<>();
            map.forEach((key, item) -> sorted.put(of(key), of(item)));
            return sorted.toString();
        }
        if (value instanceof byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return HexFormat.of().formatHex(bytes);
        }
        return time(value);
    }

    private static String time(Object value) {
        if (value instanceof LocalDate date) {
            return Long.toString(date.toEpochDay());
        }
        if (value instanceof LocalTime clock) {
            return Long.toString(clock.toNanoOfDay() / 1_000);
        }
        if (value instanceof LocalDateTime at) {
            return micros(at.toInstant(ZoneOffset.UTC));
        }
        if (value instanceof OffsetDateTime instant) {
            return micros(instant.toInstant());
        }
        if (value instanceof UUID uuid) {
            return uuid.toString().replace("-", "");
        }
        String text = String.valueOf(value);
        // The result of a query shows a UUID as text.
        return text.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}") ? text.replace("-", "") : text;
    }

    private static String micros(Instant instant) {
        long micros = instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
        return micros + fraction(instant.getNano() % 1_000);
    }

    private static String fraction(long nanos) {
        return nanos == 0 ? "" : "+" + nanos;
    }
}
