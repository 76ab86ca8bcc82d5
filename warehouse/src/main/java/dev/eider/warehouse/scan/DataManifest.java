package dev.eider.warehouse.scan;

import java.util.List;
import java.util.Map;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * The live data files of a manifest, as columns. Immutable; nobody changes the partitions.
 *
 * @param size how many files
 * @param formats places in {@link #FORMATS}
 * @param rows before deletes, negative where they are not known
 * @param sequences data sequence numbers, inherited ones included
 * @param additions sequence numbers of the commits that added the files, inherited ones included; 0 where none is known
 * @param firstRowIds -1 for a file without
 * @param partitions each distinct one, once
 * @param partition the partition of each file
 * @param metrics by field id; a field that no file says anything about is missing
 */
record DataManifest(
        int size,
        FilePaths paths,
        LongColumn formats,
        LongColumn rows,
        LongColumn bytesOfFiles,
        LongColumn sequences,
        LongColumn additions,
        LongColumn firstRowIds,
        StructType partitionType,
        List<StructLike> partitions,
        LongColumn partition,
        Map<Integer, FieldMetrics> metrics)
        implements CachedMetadata {
    static final List<FileFormat> FORMATS = List.of(FileFormat.values());
    private static final int HEADER_BYTES = 400;
    private static final int PARTITION_BYTES = 64;
    private static final int PARTITION_VALUE_BYTES = 40;
    private static final int METRICS_BYTES = 80;

    DataManifest {
        partitions = List.copyOf(partitions);
        metrics = Map.copyOf(metrics);
    }

    FileFormat format(int row) {
        return FORMATS.get((int) formats.get(row));
    }

    /** Returns a file, which was written under a spec, with the deletes that were found for it. */
    ScanFile file(int row, PartitionSpec spec, List<DeleteFile> deletes) {
        return new ScanFile(
                paths.location(row),
                format(row),
                rows.get(row),
                bytesOfFiles.get(row),
                spec.specId(),
                partitions.get(partitionOf(row)),
                sequences.get(row),
                firstRowIds.get(row),
                IdentityColumns.uncounted(spec, id -> values(id, row)),
                deletes);
    }

    private @Nullable Long values(int id, int row) {
        FieldMetrics field = metrics.get(id);
        return field == null ? null : (Long) field.values().get(row);
    }

    /** Returns which of the partitions a file is in. */
    int partitionOf(int row) {
        return (int) partition.get(row);
    }

    @Override
    public long bytes() {
        long bytes = HEADER_BYTES
                + paths.bytes()
                + formats.bytes()
                + rows.bytes()
                + bytesOfFiles.bytes()
                + sequences.bytes()
                + additions.bytes()
                + firstRowIds.bytes()
                + partition.bytes()
                + partitions.size()
                        * (PARTITION_BYTES + (long) partitionType.fields().size() * PARTITION_VALUE_BYTES);
        for (FieldMetrics each : metrics.values()) {
            bytes += METRICS_BYTES + each.bytes();
        }
        return bytes;
    }
}
