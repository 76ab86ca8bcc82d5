package dev.eider.warehouse.scan;

import java.nio.ByteBuffer;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Type;
import org.jspecify.annotations.Nullable;

/**
 * Shows one file of a decoded manifest after the other to Iceberg's evaluators, which ask for metrics and for nothing
 * else. Confined to one thread.
 */
final class MetricsCursor implements DataFile {
    private final List<Integer> ids;
    private final List<Type> types;
    private final @Nullable FieldMetrics[] columns;
    private final Map<Integer, Long> values = new View<>(field -> count(field, FieldMetrics::values));
    private final Map<Integer, Long> nulls = new View<>(field -> count(field, FieldMetrics::nulls));
    private final Map<Integer, Long> nans = new View<>(field -> count(field, FieldMetrics::nans));
    private final Map<Integer, ByteBuffer> lower = new View<>(this::lower);
    private final Map<Integer, ByteBuffer> upper = new View<>(this::upper);
    private long rows;
    private int row;

    /** Creates a cursor that shows only some fields, each with the type that it has now. */
    MetricsCursor(Map<Integer, Type> fields) {
        this.ids = List.copyOf(fields.keySet());
        this.types = ids.stream().map(fields::get).toList();
        this.columns = new FieldMetrics[ids.size()];
    }

    /** Goes to a manifest; {@link #moveTo} says to which of its files. */
    void open(DataManifest manifest) {
        for (int i = 0; i < columns.length; i++) {
            columns[i] = manifest.metrics().get(ids.get(i));
        }
    }

    void moveTo(DataManifest manifest, int file) {
        row = file;
        rows = manifest.rows().get(file);
    }

    private interface Counts {
        LongColumn of(FieldMetrics metrics);
    }

    private @Nullable Long count(int field, Counts counts) {
        FieldMetrics column = columns[field];
        if (column == null) {
            return null;
        }
        long count = counts.of(column).get(row);
        return count == FieldMetrics.UNKNOWN ? null : count;
    }

    private @Nullable ByteBuffer lower(int field) {
        FieldMetrics column = columns[field];
        return column == null || column.lower().isMissing(row)
                ? null
                : Bounds.lower(types.get(field), column.lower().get(row));
    }

    private @Nullable ByteBuffer upper(int field) {
        FieldMetrics column = columns[field];
        return column == null || column.upper().isMissing(row)
                ? null
                : Bounds.upper(types.get(field), column.upper().get(row));
    }

    /** One metric of the file that the cursor is at, by field id. */
    private final class View<V> extends AbstractMap<Integer, V> {
        private final IntFunction<@Nullable V> metric;

        private View(IntFunction<@Nullable V> metric) {
            this.metric = metric;
        }

        @Override
        public @Nullable V get(Object id) {
            int field = ids.indexOf(id);
            return field < 0 ? null : metric.apply(field);
        }

        @Override
        public boolean containsKey(Object id) {
            return get(id) != null;
        }

        @Override
        public Set<Map.Entry<Integer, V>> entrySet() {
            throw unsupported();
        }
    }

    @Override
    public long recordCount() {
        return rows;
    }

    @Override
    public Map<Integer, Long> valueCounts() {
        return values;
    }

    @Override
    public Map<Integer, Long> nullValueCounts() {
        return nulls;
    }

    @Override
    public Map<Integer, Long> nanValueCounts() {
        return nans;
    }

    @Override
    public Map<Integer, ByteBuffer> lowerBounds() {
        return lower;
    }

    @Override
    public Map<Integer, ByteBuffer> upperBounds() {
        return upper;
    }

    @Override
    public Long pos() {
        throw unsupported();
    }

    @Override
    public int specId() {
        throw unsupported();
    }

    @Override
    public FileContent content() {
        return FileContent.DATA;
    }

    @Override
    @SuppressWarnings("deprecation")
    public CharSequence path() {
        throw unsupported();
    }

    @Override
    public FileFormat format() {
        throw unsupported();
    }

    @Override
    public StructLike partition() {
        throw unsupported();
    }

    @Override
    public long fileSizeInBytes() {
        throw unsupported();
    }

    @Override
    public Map<Integer, Long> columnSizes() {
        throw unsupported();
    }

    @Override
    public ByteBuffer keyMetadata() {
        throw unsupported();
    }

    @Override
    public List<Long> splitOffsets() {
        throw unsupported();
    }

    @Override
    public DataFile copy() {
        throw unsupported();
    }

    @Override
    public DataFile copyWithoutStats() {
        throw unsupported();
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException("A cursor shows metrics only");
    }
}
