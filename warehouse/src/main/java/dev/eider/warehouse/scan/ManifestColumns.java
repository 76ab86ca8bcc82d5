package dev.eider.warehouse.scan;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ObjIntConsumer;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Collects the live files of a manifest, one after the other, as columns. Confined to one thread.
 *
 * <p>What is put belongs to one file until {@link #end}.
 */
final class ManifestColumns {
    private static final int DIRECT_IDS = 4_096;

    private final StructType partitionType;
    private final Partitions partitions;
    private final FilePaths.Builder paths = new FilePaths.Builder();
    private final LongColumn.Builder formats = new LongColumn.Builder();
    private final LongColumn.Builder rows = new LongColumn.Builder();
    private final LongColumn.Builder bytes = new LongColumn.Builder();
    private final LongColumn.Builder sequences = new LongColumn.Builder();
    private final LongColumn.Builder additions = new LongColumn.Builder();
    private final LongColumn.Builder firstRowIds = new LongColumn.Builder();
    private final LongColumn.Builder partition = new LongColumn.Builder();
    /** By field id; those that are greater are in a map. */
    private FieldMetrics.@Nullable Builder[] metrics = new FieldMetrics.Builder[16];

    private final Map<Integer, FieldMetrics.Builder> moreMetrics = new HashMap<>();
    private int size;

    ManifestColumns(StructType partitionType) {
        this.partitionType = partitionType;
        this.partitions = new Partitions(partitionType);
    }

    int size() {
        return size;
    }

    void path(String location) {
        paths.put(size, location);
    }

    /** Puts a location that is written as UTF-8. */
    void path(byte[] bytes, int from, int length) {
        paths.put(size, bytes, from, length);
    }

    void format(FileFormat format) {
        formats.put(size, DataManifest.FORMATS.indexOf(format), 0);
    }

    void rows(long count) {
        rows.put(size, count, 0);
    }

    void bytes(long ofFile) {
        bytes.put(size, ofFile, 0);
    }

    /** Puts the sequence number of the data, and that of the commit that added the file, if it is known. */
    void sequences(long ofData, @Nullable Long ofAddition) {
        sequences.put(size, ofData, 0);
        additions.put(size, ofAddition == null ? 0 : ofAddition, 0);
    }

    void partition(StructLike values) {
        partition.put(size, partitions.indexOf(values), 0);
    }

    /** Puts one that {@link #indexOf} has returned before. */
    void partition(int index) {
        partition.put(size, index, 0);
    }

    int indexOf(StructLike values) {
        return partitions.indexOf(values);
    }

    /** Returns where the metrics of a field go. */
    FieldMetrics.Builder metrics(int id) {
        if (id < 0 || id >= DIRECT_IDS) {
            return moreMetrics.computeIfAbsent(id, missing -> new FieldMetrics.Builder());
        }
        if (id >= metrics.length) {
            metrics = Arrays.copyOf(metrics, Math.max(id + 1, metrics.length * 2));
        }
        FieldMetrics.Builder builder = metrics[id];
        if (builder == null) {
            builder = new FieldMetrics.Builder();
            metrics[id] = builder;
        }
        return builder;
    }

    /** Ends a file, with the first row id that it may have. */
    void end(@Nullable Long firstRowId) {
        firstRowIds.put(size, firstRowId == null ? -1 : firstRowId, -1);
        size++;
    }

    DataManifest build() {
        Map<Integer, FieldMetrics> built = new HashMap<>();
        forEachMetrics((builder, id) -> built.put(id, builder.build(size)));
        return new DataManifest(
                size,
                paths.build(size),
                formats.build(size, 0),
                rows.build(size, 0),
                bytes.build(size, 0),
                sequences.build(size, 0),
                additions.build(size, 0),
                firstRowIds.build(size, -1),
                partitionType,
                partitions.values(),
                partition.build(size, 0),
                built);
    }

    private void forEachMetrics(ObjIntConsumer<FieldMetrics.Builder> action) {
        for (int id = 0; id < metrics.length; id++) {
            FieldMetrics.Builder builder = metrics[id];
            if (builder != null) {
                action.accept(builder, id);
            }
        }
        moreMetrics.forEach((id, builder) -> action.accept(builder, id));
    }
}
