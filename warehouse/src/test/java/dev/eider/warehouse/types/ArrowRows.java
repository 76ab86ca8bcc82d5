package dev.eider.warehouse.types;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Fills Arrow vectors from plain values: numbers, strings, byte arrays, lists for lists and structs, maps for maps.
 */
final class ArrowRows {
    private ArrowRows() {}

    /** Returns a batch of one column; the caller closes it. */
    static VectorSchemaRoot column(BufferAllocator allocator, Field field, Object... values) {
        FieldVector vector = vector(allocator, field, values);
        VectorSchemaRoot root = new VectorSchemaRoot(new ArrayList<>(List.of(vector)));
        root.setRowCount(values.length);
        return root;
    }

    /** Returns a batch of the given columns, each with its values; the caller closes it. */
    static VectorSchemaRoot of(BufferAllocator allocator, Map<Field, List<?>> columns) {
        List<FieldVector> vectors = new ArrayList<>();
        columns.forEach((field, values) -> vectors.add(vector(allocator, field, values.toArray())));
        VectorSchemaRoot root = new VectorSchemaRoot(vectors);
        root.setRowCount(vectors.get(0).getValueCount());
        return root;
    }

    /** Returns a vector of the given values; the caller closes it. */
    static FieldVector vector(BufferAllocator allocator, Field field, Object... values) {
        FieldVector vector = field.createVector(allocator);
        vector.allocateNew();
        for (int i = 0; i < values.length; i++) {
            set(vector, i, values[i]);
        }
        vector.setValueCount(values.length);
        return vector;
    }

    private static void set(FieldVector vector, int index, Object value) {
        if (vector instanceof NullVector) {
            return;
        }
        if (value == null) {
            while (!(vector instanceof StructVector) && index >= vector.getValueCapacity()) {
                vector.reAlloc();
            }
            vector.setNull(index);
        } else if (vector instanceof StructVector struct) {
            setStruct(struct, index, (List<?>) value);
        } else if (value instanceof List<?> elements) {
            setList(vector, index, elements);
        } else if (value instanceof Map<?, ?> entries) {
            List<Object> pairs = new ArrayList<>();
            entries.forEach((key, item) -> pairs.add(Arrays.asList(key, item)));
            setList(vector, index, pairs);
        } else if (vector instanceof BaseFixedWidthVector) {
            setFixedWidth(vector, index, value);
        } else {
            setBytes(vector, index, bytes(value));
        }
    }

    private static void setStruct(StructVector struct, int index, List<?> values) {
        struct.setIndexDefined(index);
        for (int i = 0; i < values.size(); i++) {
            set((FieldVector) struct.getChildByOrdinal(i), index, values.get(i));
        }
    }

    private static void setList(FieldVector vector, int index, List<?> elements) {
        int start;
        FieldVector child;
        if (vector instanceof ListVector list) {
            start = list.startNewValue(index);
            child = list.getDataVector();
        } else if (vector instanceof LargeListVector list) {
            start = (int) list.startNewValue(index);
            child = list.getDataVector();
        } else {
            FixedSizeListVector list = (FixedSizeListVector) vector;
            start = list.startNewValue(index);
            child = list.getDataVector();
        }
        for (int i = 0; i < elements.size(); i++) {
            set(child, start + i, elements.get(i));
        }
        if (vector instanceof MapVector map) {
            map.endValue(index, elements.size());
        } else if (vector instanceof ListVector list) {
            list.endValue(index, elements.size());
        } else if (vector instanceof LargeListVector list) {
            list.endValue(index, elements.size());
        }
    }

    private static void setFixedWidth(FieldVector vector, int index, Object value) {
        if (vector instanceof DecimalVector decimal) {
            decimal.setSafe(index, (BigDecimal) value);
        } else if (vector instanceof FixedSizeBinaryVector binary) {
            binary.setSafe(index, bytes(value));
        } else if (vector instanceof BitVector bits) {
            bits.setSafe(index, (Boolean) value ? 1 : 0);
        } else if (vector instanceof Float4Vector floats) {
            floats.setSafe(index, ((Number) value).floatValue());
        } else if (vector instanceof Float8Vector doubles) {
            doubles.setSafe(index, ((Number) value).doubleValue());
        } else if (vector instanceof BaseIntVector integers) {
            integers.setWithPossibleTruncate(index, ((Number) value).longValue());
        } else {
            setTemporal(vector, index, ((Number) value).longValue());
        }
    }

    private static void setTemporal(FieldVector vector, int index, long value) {
        if (vector instanceof TimeStampVector timestamps) {
            timestamps.setSafe(index, value);
        } else if (vector instanceof DateDayVector days) {
            days.setSafe(index, (int) value);
        } else if (vector instanceof DateMilliVector millis) {
            millis.setSafe(index, value);
        } else if (vector instanceof TimeSecVector seconds) {
            seconds.setSafe(index, (int) value);
        } else if (vector instanceof TimeMilliVector millis) {
            millis.setSafe(index, (int) value);
        } else if (vector instanceof TimeMicroVector micros) {
            micros.setSafe(index, value);
        } else {
            ((TimeNanoVector) vector).setSafe(index, value);
        }
    }

    private static void setBytes(FieldVector vector, int index, byte[] value) {
        if (vector instanceof BaseVariableWidthVector text) {
            text.setSafe(index, value);
        } else if (vector instanceof BaseLargeVariableWidthVector text) {
            text.setSafe(index, value);
        } else {
            ((BaseVariableWidthViewVector) vector).setSafe(index, value);
        }
    }

    private static byte[] bytes(Object value) {
        return value instanceof byte[] bytes ? bytes : ((String) value).getBytes(StandardCharsets.UTF_8);
    }
}
