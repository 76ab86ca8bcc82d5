package dev.eider.catalog;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.types.Types;

/** A catalog in a real SQLite database, with metadata files in memory. */
final class TestCatalog {
    static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "name", Types.StringType.get()));

    private TestCatalog() {}

    static CatalogConfig config(Path directory) {
        return new CatalogConfig(
                "jdbc:sqlite:" + directory.resolve("catalog.db"), CatalogConfig.DEFAULT_NAME, "memory://warehouse");
    }

    static TableCatalog open(Path directory) {
        return open(directory, properties -> new InMemoryFileIO());
    }

    static TableCatalog open(Path directory, Function<Map<String, String>, FileIO> files) {
        return TableCatalog.open(config(directory), files);
    }

    static TableIdentifier table(String name) {
        return TableIdentifier.of("main", name);
    }

    static TableState create(TableCatalog catalog, String name) {
        TableState staged = catalog.stage(table(name), SCHEMA, Map.of());
        catalog.committer().create(staged).orThrow();
        return catalog.load(table(name));
    }

    static CommitOutcome append(SnapshotCommitter committer, TableState table, DataFile file) {
        return committer.append(table, "main", List.of(file), List.of(), SnapshotCommitter.PATIENCE);
    }

    static DataFile file(String name, long rows) {
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("memory://warehouse/data/" + name)
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(1000)
                .withRecordCount(rows)
                .build();
    }
}
