package dev.eider.warehouse.scan;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Rows that were never written, by field id, and the metrics that a file of them has. */
record MadeFile(List<Map<Integer, Object>> rows) {

    /** Returns one row as Iceberg's evaluators see it under a schema, which may be a later one. */
    static StructLike row(Types.StructType type, Map<Integer, Object> values) {
        Object[] fields =
                type.fields().stream().map(field -> value(field, values)).toArray();
        return new StructLike() {
            @Override
            public int size() {
                return fields.length;
            }

            @Override
            public <T> T get(int position, Class<T> javaClass) {
                return javaClass.cast(fields[position]);
            }

            @Override
            public <T> void set(int position, T value) {
                throw new UnsupportedOperationException();
            }
        };
    }

    private static @Nullable Object value(NestedField field, Map<Integer, Object> values) {
        if (field.type().isStructType()) {
            return row(field.type().asStructType(), values);
        }
        return widened(field.type(), values.get(field.fieldId()));
    }

    static @Nullable Object widened(Type type, @Nullable Object value) {
        if (value instanceof Integer whole && type.typeId() == Type.TypeID.LONG) {
            return whole.longValue();
        }
        if (value instanceof Float narrow && type.typeId() == Type.TypeID.DOUBLE) {
            return narrow.doubleValue();
        }
        return value;
    }

    /** Returns what a writer under {@code schema} says about the rows; it may leave out some. */
    Metrics metrics(Schema schema, Random random) {
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, Long> nans = new HashMap<>();
        Map<Integer, ByteBuffer> lower = new HashMap<>();
        Map<Integer, ByteBuffer> upper = new HashMap<>();
        for (NestedField field : primitives(schema.asStruct())) {
            if (random.nextInt(8) == 0) {
                continue;
            }
            List<Object> present = present(field, rows);
            List<Object> ordered = ordered(field, rows);
            values.put(field.fieldId(), (long) rows.size());
            nulls.put(field.fieldId(), (long) rows.size() - present.size());
            nans.put(field.fieldId(), (long) present.size() - ordered.size());
            if (!ordered.isEmpty() && random.nextInt(8) > 0) {
                lower.put(field.fieldId(), Conversions.toByteBuffer(field.type(), ordered.get(0)));
                upper.put(field.fieldId(), Conversions.toByteBuffer(field.type(), ordered.get(ordered.size() - 1)));
            }
        }
        return new Metrics((long) rows.size(), null, values, nulls, nans, lower, upper);
    }

    /** Returns the values of a column that are neither null nor NaN. */
    static List<Object> ordered(NestedField field, List<Map<Integer, Object>> rows) {
        return present(field, rows).stream()
                .filter(value -> !isNan(value))
                .sorted(Comparators.forType(field.type().asPrimitiveType()))
                .toList();
    }

    private static List<Object> present(NestedField field, List<Map<Integer, Object>> rows) {
        List<Object> present = new ArrayList<>();
        for (Map<Integer, Object> row : rows) {
            Object value = widened(field.type(), row.get(field.fieldId()));
            if (value != null) {
                present.add(value);
            }
        }
        return present;
    }

    static boolean isNan(Object value) {
        return (value instanceof Float narrow && narrow.isNaN()) || (value instanceof Double wide && wide.isNaN());
    }

    static List<NestedField> primitives(Types.StructType type) {
        List<NestedField> fields = new ArrayList<>();
        for (NestedField field : type.fields()) {
            if (field.type().isStructType()) {
                fields.addAll(primitives(field.type().asStructType()));
            } else {
                fields.add(field);
            }
        }
        return fields;
    }

    /** Returns whether a row equals another in some columns. */
    static boolean equal(List<NestedField> columns, Map<Integer, Object> one, Map<Integer, Object> other) {
        return columns.stream()
                .allMatch(column -> Objects.equals(
                        widened(column.type(), one.get(column.fieldId())),
                        widened(column.type(), other.get(column.fieldId()))));
    }

    /** Returns a value of few, so that filters hit and miss; never a zero among the floats. */
    static @Nullable Object random(Type type, Random random) {
        int some = random.nextInt(40) - 10;
        return switch (type.typeId()) {
            case BOOLEAN -> some > 0;
            case INTEGER, DATE -> some;
            case LONG -> (long) some;
            case TIMESTAMP -> some * 7_200_000_000L;
            case FLOAT -> random.nextInt(10) == 0 ? Float.NaN : some + 0.5f;
            case DOUBLE -> random.nextInt(10) == 0 ? Double.NaN : some + 0.5;
            case DECIMAL -> BigDecimal.valueOf(some * 50L, 2);
            case STRING ->
                "abcdefghijklmnopqrstuvwxyzäöüß😀".substring(Math.abs(some) % 20, Math.abs(some) % 20 + 3) + some;
            case BINARY -> ByteBuffer.wrap(new byte[] {(byte) some, 1});
            default -> throw new AssertionError(type);
        };
    }
}
