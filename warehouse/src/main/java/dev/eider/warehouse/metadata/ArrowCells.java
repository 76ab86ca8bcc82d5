package dev.eider.warehouse.metadata;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Puts Iceberg's internal representation of values into Arrow vectors. Stateless. */
final class ArrowCells {
    private ArrowCells() {}

    /** Sets one cell of a vector that {@code IcebergToArrow} made for the type. */
    static void set(FieldVector vector, int index, @Nullable Object value, Type type) {
        if (value == null) {
            setNull(vector, index);
            return;
        }
        switch (type.typeId()) {
            case BOOLEAN -> ((BitVector) vector).setSafe(index, (Boolean) value ? 1 : 0);
            case INTEGER -> ((IntVector) vector).setSafe(index, ((Number) value).intValue());
            case LONG -> ((BigIntVector) vector).setSafe(index, ((Number) value).longValue());
            case FLOAT -> ((Float4Vector) vector).setSafe(index, (Float) value);
            case DOUBLE -> ((Float8Vector) vector).setSafe(index, (Double) value);
            case DECIMAL -> ((DecimalVector) vector).setSafe(index, (BigDecimal) value);
            case STRING, UUID ->
                ((VarCharVector) vector).setSafe(index, value.toString().getBytes(StandardCharsets.UTF_8));
            case BINARY, FIXED -> ((VarBinaryVector) vector).setSafe(index, bytes(value));
            case DATE -> ((DateDayVector) vector).setSafe(index, (Integer) value);
            case TIME -> ((TimeMicroVector) vector).setSafe(index, (Long) value);
            case TIMESTAMP, TIMESTAMP_NANO -> ((TimeStampVector) vector).setSafe(index, (Long) value);
            case STRUCT -> setStruct((StructVector) vector, index, (StructLike) value, type);
            case LIST ->
                setList(
                        (ListVector) vector,
                        index,
                        (Collection<?>) value,
                        type.asListType().elementType());
            case MAP -> setMap((ListVector) vector, index, (Map<?, ?>) value, type);
            default -> throw new IllegalArgumentException("No metadata is of type " + type);
        }
    }

    private static void setNull(FieldVector vector, int index) {
        while (index >= vector.getValueCapacity()) {
            vector.reAlloc();
        }
        vector.setNull(index);
    }

    private static byte[] bytes(Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        ByteBuffer buffer = ((ByteBuffer) value).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static void setStruct(StructVector vector, int index, StructLike value, Type type) {
        vector.setIndexDefined(index);
        var fields = type.asStructType().fields();
        for (int i = 0; i < fields.size(); i++) {
            NestedField field = fields.get(i);
            set((FieldVector) vector.getChildByOrdinal(i), index, value.get(i, Object.class), field.type());
        }
    }

    private static void setList(ListVector vector, int index, Collection<?> values, Type element) {
        int start = vector.startNewValue(index);
        int offset = 0;
        for (Object value : values) {
            set(vector.getDataVector(), start + offset++, value, element);
        }
        vector.endValue(index, offset);
    }

    private static void setMap(ListVector vector, int index, Map<?, ?> entries, Type type) {
        int start = vector.startNewValue(index);
        StructVector pairs = (StructVector) vector.getDataVector();
        int offset = 0;
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            int place = start + offset++;
            pairs.setIndexDefined(place);
            set(
                    (FieldVector) pairs.getChildByOrdinal(0),
                    place,
                    entry.getKey(),
                    type.asMapType().keyType());
            set(
                    (FieldVector) pairs.getChildByOrdinal(1),
                    place,
                    entry.getValue(),
                    type.asMapType().valueType());
        }
        vector.endValue(index, offset);
    }
}
