package dev.eider.warehouse.scan;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.jspecify.annotations.Nullable;

/**
 * A file of equality deletes, with what tells that it deletes nothing from a data file: values that do not overlap.
 *
 * <p>Immutable.
 */
final class EqualityDelete {
    private final DeleteFile file;
    private final List<Column> columns = new ArrayList<>();

    /** The type that each field of a table has now, or had last. Immutable. */
    record Fields(Map<Integer, Type> types) {
        static Fields of(TableMetadata metadata) {
            Map<Integer, Type> types = new HashMap<>();
            metadata.schemas().stream()
                    .sorted(Comparator.comparingInt(schema -> schema.schemaId()))
                    .forEach(schema ->
                            TypeUtil.indexById(schema.asStruct()).forEach((id, field) -> types.put(id, field.type())));
            return new Fields(types);
        }
    }

    private record Column(
            int id,
            Type type,
            @Nullable Long values,
            @Nullable Long nulls,
            @Nullable ByteBuffer lower,
            @Nullable ByteBuffer upper) {
        boolean mayBeNull() {
            return nulls == null || nulls > 0;
        }

        boolean isAllNull() {
            return nulls != null && nulls.equals(values);
        }
    }

    EqualityDelete(DeleteFile file, Fields fields) {
        this.file = file;
        for (int id : file.equalityFieldIds()) {
            Type type = fields.types().get(id);
            if (type != null && type.isPrimitiveType()) {
                ByteBuffer lower = of(file.lowerBounds(), id);
                ByteBuffer upper = of(file.upperBounds(), id);
                columns.add(new Column(
                        id,
                        type,
                        of(file.valueCounts(), id),
                        of(file.nullValueCounts(), id),
                        lower == null ? null : Bounds.lower(type, ordered(lower)),
                        upper == null ? null : Bounds.upper(type, ordered(upper))));
            }
        }
    }

    private static <T> @Nullable T of(@Nullable Map<Integer, T> metrics, int id) {
        return metrics == null ? null : metrics.get(id);
    }

    private static ByteBuffer ordered(ByteBuffer bound) {
        return bound.slice().order(java.nio.ByteOrder.LITTLE_ENDIAN);
    }

    DeleteFile file() {
        return file;
    }

    /** Returns whether a data file can have a row that equals a deleted one in every column. */
    boolean mayMatch(DataManifest manifest, int row) {
        for (Column column : columns) {
            FieldMetrics metrics = manifest.metrics().get(column.id());
            if (metrics != null && !mayMatch(column, metrics, row)) {
                return false;
            }
        }
        return true;
    }

    private static boolean mayMatch(Column column, FieldMetrics metrics, int row) {
        boolean mayHaveNulls = metrics.nulls().get(row) != 0;
        if (mayHaveNulls && column.mayBeNull()) {
            return true;
        }
        if (metrics.allNull(row) && !column.mayBeNull()) {
            return false;
        }
        if (column.isAllNull() && !mayHaveNulls) {
            return false;
        }
        return overlaps(column, metrics, row);
    }

    /** Bounds leave out NaN. */
    private static boolean overlaps(Column column, FieldMetrics metrics, int row) {
        boolean floating =
                column.type().typeId() == Type.TypeID.FLOAT || column.type().typeId() == Type.TypeID.DOUBLE;
        if (floating || metrics.lower().isMissing(row) || metrics.upper().isMissing(row)) {
            return true;
        }
        ByteBuffer lower = Bounds.lower(column.type(), metrics.lower().get(row));
        ByteBuffer upper = Bounds.upper(column.type(), metrics.upper().get(row));
        return !isGreater(column.type(), lower, column.upper()) && !isGreater(column.type(), column.lower(), upper);
    }

    private static boolean isGreater(Type type, @Nullable ByteBuffer one, @Nullable ByteBuffer other) {
        if (one == null || other == null) {
            return false;
        }
        try {
            Comparator<Object> comparator = Comparators.forType(type.asPrimitiveType());
            return comparator.compare(Conversions.fromByteBuffer(type, one), Conversions.fromByteBuffer(type, other))
                    > 0;
        } catch (RuntimeIOException unreadable) {
            // Somebody wrote text that is not UTF-8: this bound says nothing.
            return false;
        }
    }
}
