package dev.eider.benchmark;

import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestWriter;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Parquet files of {@value #ROWS} rows with ids of their own, and tables over the first of them: each file is in the
 * partition of its number modulo {@value #PARTITIONS}.
 */
final class ManyFiles {
    static final int ROWS = 200;
    static final int PARTITIONS = 100;
    static final Schema SCHEMA = new Schema(
            NestedField.optional(1, "id", Types.LongType.get()),
            NestedField.optional(2, "part", Types.IntegerType.get()),
            NestedField.optional(3, "v", Types.DoubleType.get()),
            NestedField.optional(4, "name", Types.StringType.get()));
    static final PartitionSpec SPEC =
            PartitionSpec.builderFor(SCHEMA).identity("part").build();

    private final Path directory;

    ManyFiles(Path directory) {
        this.directory = directory;
    }

    /** Writes the first so many files. */
    void write(DuckDb duckDb, int count) throws Exception {
        Files.createDirectories(directory);
        for (int file = 0; file < count; file++) {
            duckDb.execute(("COPY (SELECT range AS id, CAST(%d AS INTEGER) AS part, range / 7 AS v,"
                            + " printf('name %%09d', range) AS name FROM range(%d, %d)) TO '%s' (FORMAT parquet,"
                            + " COMPRESSION zstd, FIELD_IDS {id: 1, part: 2, v: 3, name: 4})")
                    .formatted(file % PARTITIONS, (long) file * ROWS, (file + 1L) * ROWS, path(file)));
        }
    }

    private Path path(int file) {
        return directory.resolve("file-%07d-%s.parquet".formatted(file, new UUID(file, file * 31L)));
    }

    /** Describes a file, whether it was written or not. */
    DataFile describe(int file) {
        long first = (long) file * ROWS;
        long last = first + ROWS - 1;
        Map<Integer, Long> counts = Map.of(1, (long) ROWS, 2, (long) ROWS, 3, (long) ROWS, 4, (long) ROWS);
        PartitionData partition = new PartitionData(SPEC.partitionType());
        partition.set(0, file % PARTITIONS);
        return DataFiles.builder(SPEC)
                .withPath(Locations.ofPath(path(file)))
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(2_000)
                .withPartition(partition)
                .withMetrics(new Metrics(
                        (long) ROWS,
                        Map.of(1, 500L, 2, 50L, 3, 500L, 4, 500L),
                        counts,
                        Map.of(1, 0L, 2, 0L, 3, 0L, 4, 0L),
                        Map.of(3, 0L),
                        bounds(first, file % PARTITIONS),
                        bounds(last, file % PARTITIONS)))
                .build();
    }

    private static Map<Integer, ByteBuffer> bounds(long id, int part) {
        return Map.of(
                1, bound(Types.LongType.get(), id),
                2, bound(Types.IntegerType.get(), part),
                3, bound(Types.DoubleType.get(), id / 7.0),
                4, bound(Types.StringType.get(), "name %09d".formatted(id)));
    }

    private static ByteBuffer bound(Type type, Object value) {
        return Conversions.toByteBuffer(type, value);
    }

    /** Creates a table over the first so many files, in so many manifests of one snapshot. */
    Table table(StockCatalog catalog, String name, int files, int manifests) throws IOException {
        Table table = catalog.create(name, SCHEMA, SPEC, Map.of("commit.manifest-merge.enabled", "false"));
        List<ManifestFile> written = new ArrayList<>();
        for (int manifest = 0; manifest < manifests; manifest++) {
            String location = table.location() + "/metadata/made-" + manifest + ".avro";
            ManifestWriter<DataFile> writer =
                    ManifestFiles.write(2, table.spec(), table.io().newOutputFile(location), null);
            try (writer) {
                for (int file = files / manifests * manifest; file < files / manifests * (manifest + 1); file++) {
                    writer.add(describe(file));
                }
            }
            written.add(writer.toManifestFile());
        }
        AppendFiles append = table.newFastAppend();
        written.forEach(append::appendManifest);
        append.commit();
        return table;
    }
}
