package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Types.StructType;
import org.apache.iceberg.util.StructLikeWrapper;
import org.jspecify.annotations.Nullable;

/** Reads a manifest into columns. One for each manifest, confined to one thread. */
final class ManifestDecoder {
    /** Not the sizes of columns, which take long to decode and serve nobody. */
    private static final List<String> COLUMNS = List.of(
            DataFile.FILE_PATH.name(),
            DataFile.FILE_FORMAT.name(),
            DataFile.RECORD_COUNT.name(),
            DataFile.FILE_SIZE.name(),
            DataFile.PARTITION_NAME,
            DataFile.VALUE_COUNTS.name(),
            DataFile.NULL_VALUE_COUNTS.name(),
            DataFile.NAN_VALUE_COUNTS.name(),
            DataFile.LOWER_BOUNDS.name(),
            DataFile.UPPER_BOUNDS.name());

    private static final Set<Integer> POSITION_COLUMNS = Set.of(MetadataColumns.DELETE_FILE_PATH.fieldId());

    private final FilePaths.Builder paths = new FilePaths.Builder();
    private final LongColumn.Builder formats = new LongColumn.Builder();
    private final LongColumn.Builder rows = new LongColumn.Builder();
    private final LongColumn.Builder bytesOfFiles = new LongColumn.Builder();
    private final LongColumn.Builder sequences = new LongColumn.Builder();
    private final LongColumn.Builder additions = new LongColumn.Builder();
    private final LongColumn.Builder firstRowIds = new LongColumn.Builder();
    private final Map<StructLikeWrapper, Integer> partitionIndexes = new HashMap<>();
    private final List<StructLike> partitions = new ArrayList<>();
    private final LongColumn.Builder partition = new LongColumn.Builder();
    private final Map<Integer, FieldMetrics.Builder> metrics = new HashMap<>();
    private final StructLikeWrapper wrapper;

    private ManifestDecoder(StructType partitionType) {
        this.wrapper = StructLikeWrapper.forType(partitionType);
    }

    /** Decodes the live files of a manifest of data files. */
    static DataManifest data(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs) {
        try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, io, specs)) {
            StructType type = reader.spec().partitionType();
            ManifestDecoder decoder = new ManifestDecoder(type);
            int size = 0;
            for (DataFile file : reader.select(COLUMNS)) {
                decoder.add(size, file, manifest);
                size++;
            }
            return decoder.build(size, type);
        } catch (IOException e) {
            throw new RuntimeIOException(e);
        }
    }

    private void add(int row, DataFile file, ManifestFile manifest) {
        paths.put(row, file.location());
        formats.put(row, DataManifest.FORMATS.indexOf(file.format()), 0);
        rows.put(row, file.recordCount(), 0);
        bytesOfFiles.put(row, file.fileSizeInBytes(), 0);
        sequences.put(row, sequence(file.dataSequenceNumber(), manifest), 0);
        Long addition = file.fileSequenceNumber();
        additions.put(row, addition == null ? 0 : addition, 0);
        Long firstRowId = file.firstRowId();
        firstRowIds.put(row, firstRowId == null ? -1 : firstRowId, -1);
        Integer index = partitionIndexes.get(wrapper.set(file.partition()));
        if (index == null) {
            index = partitions.size();
            partitionIndexes.put(wrapper.copyFor(file.partition()), index);
            partitions.add(file.partition());
        }
        partition.put(row, index, 0);
        counts(row, file.valueCounts(), FieldMetrics.Builder::values);
        counts(row, file.nullValueCounts(), FieldMetrics.Builder::nulls);
        counts(row, file.nanValueCounts(), FieldMetrics.Builder::nans);
        bounds(row, file.lowerBounds(), FieldMetrics.Builder::lower);
        bounds(row, file.upperBounds(), FieldMetrics.Builder::upper);
    }

    private static long sequence(@Nullable Long sequence, ManifestFile manifest) {
        if (sequence == null) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED,
                    "Manifest %s lists a file without a sequence number".formatted(manifest.path()));
        }
        return sequence;
    }

    private void counts(
            int row, @Nullable Map<Integer, Long> counts, Function<FieldMetrics.Builder, LongColumn.Builder> column) {
        if (counts != null) {
            counts.forEach((id, count) -> column.apply(builder(id)).put(row, count, FieldMetrics.UNKNOWN));
        }
    }

    private void bounds(
            int row,
            @Nullable Map<Integer, ByteBuffer> bounds,
            Function<FieldMetrics.Builder, BytesColumn.Builder> column) {
        if (bounds != null) {
            bounds.forEach((id, bound) -> column.apply(builder(id)).put(row, bound));
        }
    }

    private FieldMetrics.Builder builder(Integer id) {
        return metrics.computeIfAbsent(id, missing -> new FieldMetrics.Builder());
    }

    private DataManifest build(int size, StructType partitionType) {
        return new DataManifest(
                size,
                paths.build(size),
                formats.build(size, 0),
                rows.build(size, 0),
                bytesOfFiles.build(size, 0),
                sequences.build(size, 0),
                additions.build(size, 0),
                firstRowIds.build(size, -1),
                partitionType,
                partitions,
                partition.build(size, 0),
                metrics.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                        .build(size))));
    }

    /** Decodes the live files of a manifest of delete files. */
    static DeleteManifest deletes(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs) {
        List<DeleteFile> files = new ArrayList<>();
        try (ManifestReader<DeleteFile> reader = ManifestFiles.readDeleteManifest(manifest, io, specs)) {
            for (DeleteFile file : reader) {
                sequence(file.dataSequenceNumber(), manifest);
                files.add(file.copyWithStats(
                        file.content() == FileContent.POSITION_DELETES
                                ? POSITION_COLUMNS
                                : Set.copyOf(file.equalityFieldIds())));
            }
            return new DeleteManifest(reader.spec().partitionType(), files);
        } catch (IOException e) {
            throw new RuntimeIOException(e);
        }
    }
}
