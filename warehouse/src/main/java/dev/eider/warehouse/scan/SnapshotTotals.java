package dev.eider.warehouse.scan;

import dev.eider.catalog.TableState;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.ContentFileUtil;
import org.jspecify.annotations.Nullable;

/**
 * Answers what metadata alone can tell about all rows of a snapshot, exactly or not at all.
 *
 * <p>Thread-safe.
 */
public final class SnapshotTotals {
    private final ManifestCache cache;
    private final SnapshotPlanner planner;

    /** Creates totals from the manifests of a planner's cache. */
    public SnapshotTotals(ManifestCache cache, SnapshotPlanner planner) {
        this.cache = cache;
        this.planner = planner;
    }

    /** Returns how many rows a snapshot has, unless files of deletes would have to be read for it. */
    public Optional<Long> rows(TableState state, Optional<Snapshot> snapshot, Schema schema) {
        if (snapshot.isEmpty()) {
            return Optional.of(0L);
        }
        ManifestList list = planner.reading(state, snapshot.get(), () -> cache.list(snapshot.get(), state.io()));
        return list.deletes().isEmpty()
                ? planner.reading(state, snapshot.get(), () -> rows(list.data(), state))
                : rowsLeft(planner.plan(state, snapshot, schema, Expressions.alwaysTrue()));
    }

    private Optional<Long> rows(List<ManifestList.Entry> entries, TableState state) {
        long[] rows = {0};
        boolean known = forEach(entries, state, manifest -> {
            for (int row = 0; row < manifest.size(); row++) {
                if (manifest.rows().get(row) < 0) {
                    return false;
                }
                rows[0] += manifest.rows().get(row);
            }
            return true;
        });
        return known ? Optional.of(rows[0]) : Optional.empty();
    }

    private static Optional<Long> rowsLeft(ScanPlan plan) {
        long rows = 0;
        for (ScanFile file : plan.files()) {
            if (file.rows() < 0) {
                return Optional.empty();
            }
            rows += file.rows();
            for (DeleteFile delete : file.deletes()) {
                if (!ContentFileUtil.isDV(delete)) {
                    return Optional.empty();
                }
                rows -= delete.recordCount();
            }
        }
        return Optional.of(rows);
    }

    /**
     * The least and the greatest value of a column, as Iceberg represents values of its type in memory; both are null
     * where the column has no value.
     */
    public record Range(@Nullable Object least, @Nullable Object greatest) {}

    /**
     * Returns between which values a top-level column lies, if there are no deletes and every file says so exactly.
     *
     * <p>Never for text and bytes, whose bounds may be cut off, nor for floating point, whose bounds leave out NaN.
     */
    public Optional<Range> range(TableState state, Optional<Snapshot> snapshot, NestedField column) {
        if (!hasExactBounds(column.type())) {
            return Optional.empty();
        }
        if (snapshot.isEmpty()) {
            return Optional.of(new Range(null, null));
        }
        ManifestList list = planner.reading(state, snapshot.get(), () -> cache.list(snapshot.get(), state.io()));
        if (!list.deletes().isEmpty()) {
            return Optional.empty();
        }
        RangeBuilder range = new RangeBuilder(column);
        boolean known = planner.reading(state, snapshot.get(), () -> forEach(list.data(), state, range::add));
        return known ? Optional.of(new Range(range.least, range.greatest)) : Optional.empty();
    }

    private static boolean hasExactBounds(Type type) {
        return switch (type.typeId()) {
            case INTEGER, LONG, DATE, TIME, TIMESTAMP, TIMESTAMP_NANO, DECIMAL -> true;
            default -> false;
        };
    }

    private boolean forEach(List<ManifestList.Entry> entries, TableState state, Predicate<DataManifest> visitor) {
        ManifestCache.Source source =
                new ManifestCache.Source(state.io(), state.metadata().specsById());
        return cache.forEachData(entries, source, (entry, manifest) -> visitor.test(manifest));
    }

    /** Confined to one thread. */
    private static final class RangeBuilder {
        private final int id;
        private final Type type;
        private final Comparator<Object> comparator;
        private @Nullable Object least;
        private @Nullable Object greatest;

        private RangeBuilder(NestedField column) {
            this.id = column.fieldId();
            this.type = column.type();
            this.comparator = Comparators.forType(type.asPrimitiveType());
        }

        /** Returns whether the range is still known. */
        private boolean add(DataManifest manifest) {
            FieldMetrics metrics = manifest.metrics().get(id);
            for (int row = 0; row < manifest.size(); row++) {
                boolean empty = manifest.rows().get(row) == 0 || (metrics != null && metrics.allNull(row));
                if (!empty && (metrics == null || !add(metrics, row))) {
                    return false;
                }
            }
            return true;
        }

        private boolean add(FieldMetrics metrics, int row) {
            if (metrics.lower().isMissing(row) || metrics.upper().isMissing(row)) {
                return false;
            }
            ByteBuffer lower = Bounds.lower(type, metrics.lower().get(row));
            ByteBuffer upper = Bounds.upper(type, metrics.upper().get(row));
            if (lower == null || upper == null) {
                return false;
            }
            Object low = Conversions.fromByteBuffer(type, lower);
            Object high = Conversions.fromByteBuffer(type, upper);
            least = least == null || comparator.compare(low, least) < 0 ? low : least;
            greatest = greatest == null || comparator.compare(high, greatest) > 0 ? high : greatest;
            return true;
        }
    }
}
