package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.file.DataFileStream;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads manifests: those of data files into columns. */
final class ManifestDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ManifestDecoder.class);
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

    private static final List<String> NO_STATISTICS = COLUMNS.subList(0, COLUMNS.indexOf(DataFile.VALUE_COUNTS.name()));
    /** What a delete file is, without its statistics. */
    private static final List<String> DELETE_COLUMNS = Stream.concat(
                    NO_STATISTICS.stream(),
                    Stream.of(
                            DataFile.CONTENT.name(),
                            DataFile.EQUALITY_IDS.name(),
                            DataFile.REFERENCED_DATA_FILE.name(),
                            DataFile.CONTENT_OFFSET.name(),
                            DataFile.CONTENT_SIZE.name()))
            .toList();

    private static final Set<Integer> POSITION_COLUMNS = Set.of(MetadataColumns.DELETE_FILE_PATH.fieldId());

    private ManifestDecoder() {}

    /** Decodes the live files of a manifest of data files. */
    static DataManifest data(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs) {
        PartitionSpec spec = specs.get(manifest.partitionSpecId());
        if (spec == null
                || manifest.snapshotId() == null
                || FileFormat.fromFileName(manifest.path()) != FileFormat.AVRO) {
            return unusual(manifest, io, specs);
        }
        try {
            return usual(manifest, io, spec);
        } catch (UnusualManifestException e) {
            return unusual(manifest, io, specs);
        }
    }

    static DataManifest usual(ManifestFile manifest, FileIO io, PartitionSpec spec) throws UnusualManifestException {
        InputFile file = io.newInputFile(manifest);
        try (InputStream bytes = file.newStream();
                DataFileStream<Object> blocks = new DataFileStream<>(bytes, new GenericDatumReader<>())) {
            ManifestColumns columns = new ManifestColumns(spec.partitionType());
            ManifestEntries entries =
                    new ManifestEntries(manifest, blocks.getSchema(), spec.rawPartitionType(), columns);
            AvroCursor cursor = new AvroCursor();
            while (blocks.hasNext()) {
                cursor.open(blocks.nextBlock());
                for (long left = blocks.getBlockCount(); left > 0; left--) {
                    entries.read(cursor);
                }
                if (!cursor.atEnd()) {
                    throw new IOException("A block goes on after its last entry");
                }
            }
            requireWhole(manifest, file, columns.size());
            return columns.build();
        } catch (IOException | AvroRuntimeException e) {
            throw damaged(manifest, e);
        }
    }

    /** Avro takes a file that was cut off for one that ends there. */
    private static void requireWhole(ManifestFile manifest, InputFile file, int files) throws IOException {
        Integer added = manifest.addedFilesCount();
        Integer existing = manifest.existingFilesCount();
        if (added != null && existing != null && files < added + existing && file.getLength() < manifest.length()) {
            throw new EOFException("It has %d of %d files".formatted(files, added + existing));
        }
    }

    private static EiderException damaged(ManifestFile manifest, Exception e) {
        return new EiderException(
                ErrorCode.STORAGE_FAILED, "Manifest %s cannot be read: it is damaged".formatted(manifest.path()), e);
    }

    /**
     * Iceberg's own reader makes sense of whatever can be made sense of. Where it fails on statistics, the rows can be read
     * without them.
     */
    private static DataManifest unusual(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs) {
        return withoutStatisticsIfNeeded(
                manifest,
                () -> unusual(manifest, io, specs, COLUMNS),
                () -> unusual(manifest, io, specs, NO_STATISTICS));
    }

    private static <T> T withoutStatisticsIfNeeded(ManifestFile manifest, Supplier<T> whole, Supplier<T> part) {
        try {
            return whole.get();
        } catch (EiderException | RuntimeIOException | NotFoundException e) {
            throw e;
        } catch (RuntimeException e) {
            LOG.debug("The statistics of a manifest are not readable, manifest={}", manifest.path(), e);
            try {
                return part.get();
            } catch (EiderException | RuntimeIOException | NotFoundException other) {
                throw other;
            } catch (RuntimeException other) {
                throw new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "Manifest %s is written in a way that is not understood: %s"
                                .formatted(manifest.path(), other.getMessage()),
                        other);
            }
        }
    }

    private static DataManifest unusual(
            ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs, List<String> selected) {
        try (ManifestReader<DataFile> reader = ManifestFiles.read(manifest, io, specs)) {
            ManifestColumns columns = new ManifestColumns(reader.spec().partitionType());
            for (DataFile file : reader.select(selected)) {
                add(columns, file, manifest);
            }
            return columns.build();
        } catch (IOException e) {
            throw new RuntimeIOException(e);
        }
    }

    private static void add(ManifestColumns columns, DataFile file, ManifestFile manifest) {
        columns.path(file.location());
        columns.format(file.format());
        columns.rows(file.recordCount());
        columns.partition(file.partition());
        counts(columns, file.valueCounts(), FieldMetrics.Builder::values);
        counts(columns, file.nullValueCounts(), FieldMetrics.Builder::nulls);
        counts(columns, file.nanValueCounts(), FieldMetrics.Builder::nans);
        bounds(columns, file.lowerBounds(), FieldMetrics.Builder::lower);
        bounds(columns, file.upperBounds(), FieldMetrics.Builder::upper);
        columns.bytes(file.fileSizeInBytes());
        columns.sequences(sequence(file.dataSequenceNumber(), manifest), file.fileSequenceNumber());
        columns.end(file.firstRowId());
    }

    private static long sequence(@Nullable Long sequence, ManifestFile manifest) {
        if (sequence == null) {
            throw withoutSequence(manifest);
        }
        return sequence;
    }

    static EiderException withoutSequence(ManifestFile manifest) {
        return new EiderException(
                ErrorCode.STORAGE_FAILED,
                "Manifest %s lists a file without a sequence number".formatted(manifest.path()));
    }

    private static void counts(
            ManifestColumns columns,
            @Nullable Map<Integer, Long> counts,
            Function<FieldMetrics.Builder, LongColumn.Builder> column) {
        if (counts != null) {
            counts.forEach(
                    (id, count) -> column.apply(columns.metrics(id)).put(columns.size(), count, FieldMetrics.UNKNOWN));
        }
    }

    private static void bounds(
            ManifestColumns columns,
            @Nullable Map<Integer, ByteBuffer> bounds,
            Function<FieldMetrics.Builder, BytesColumn.Builder> column) {
        if (bounds != null) {
            bounds.forEach((id, bound) -> column.apply(columns.metrics(id)).put(columns.size(), bound));
        }
    }

    /** Decodes the live files of a manifest of delete files. */
    static DeleteManifest deletes(ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs) {
        return withoutStatisticsIfNeeded(
                manifest,
                () -> deletes(manifest, io, specs, List.of("*")),
                () -> deletes(manifest, io, specs, DELETE_COLUMNS));
    }

    private static DeleteManifest deletes(
            ManifestFile manifest, FileIO io, Map<Integer, PartitionSpec> specs, List<String> selected) {
        List<DeleteFile> files = new ArrayList<>();
        try (ManifestReader<DeleteFile> reader = ManifestFiles.readDeleteManifest(manifest, io, specs)) {
            for (DeleteFile file : reader.select(selected)) {
                sequence(file.dataSequenceNumber(), manifest);
                files.add(file.copyWithStats(
                        file.content() == FileContent.POSITION_DELETES ? POSITION_COLUMNS : keys(file, manifest)));
            }
            return new DeleteManifest(reader.spec().partitionType(), files);
        } catch (IOException e) {
            throw new RuntimeIOException(e);
        }
    }

    private static Set<Integer> keys(DeleteFile file, ManifestFile manifest) {
        List<Integer> ids = file.equalityFieldIds();
        if (ids == null || ids.isEmpty()) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED,
                    "Manifest %s lists equality deletes without saying by which columns".formatted(manifest.path()));
        }
        return Set.copyOf(ids);
    }
}
