package dev.eider.benchmark;

import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.StorageConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.parquet.ParquetUtil;

/**
 * Iceberg's own JDBC catalog as a careful user would set it up, over files that are synced when they are closed.
 *
 * <p>Opens databases of its own as well as those of a gateway. Thread-safe; whoever opens it closes it.
 */
public final class StockCatalog implements AutoCloseable {
    private static final String NAME = "eider";
    private static final Namespace NAMESPACE = Namespace.of("main");

    private final JdbcCatalog catalog;
    private final Storage storage;

    private StockCatalog(JdbcCatalog catalog, Storage storage) {
        this.catalog = catalog;
        this.storage = storage;
    }

    /** Opens the catalog, and makes the namespace {@code main} if it is missing. */
    public static StockCatalog open(String uri, Path warehouse) {
        return open(uri, new StorageConfig(warehouse.toString(), List.of()));
    }

    /** Likewise, over storage of any kind. */
    public static StockCatalog open(String uri, StorageConfig config) {
        Storage storage = Storage.open(config, FileSync.FULL);
        FileIO io = storage.io();
        JdbcCatalog catalog = new JdbcCatalog(properties -> io, null, true);
        catalog.initialize(
                NAME,
                Map.of(
                        "uri",
                        uri,
                        "warehouse",
                        Locations.normalized(config.warehouse()),
                        "clients",
                        "4",
                        "jdbc.schema-version",
                        "V1",
                        "jdbc.journal_mode",
                        "WAL",
                        "jdbc.busy_timeout",
                        "30000",
                        "jdbc.synchronous",
                        "FULL"));
        if (!catalog.namespaceExists(NAMESPACE)) {
            catalog.createNamespace(NAMESPACE);
        }
        return new StockCatalog(catalog, storage);
    }

    /** Creates an unpartitioned table with the properties that Eider gives to its own, and some more. */
    public Table create(String name, Schema schema, Map<String, String> properties) {
        return create(name, schema, PartitionSpec.unpartitioned(), properties);
    }

    /** Likewise, with partitions. */
    Table create(String name, Schema schema, PartitionSpec spec, Map<String, String> properties) {
        return catalog.buildTable(identifier(name), schema)
                .withPartitionSpec(spec)
                .withProperty("write.metadata.delete-after-commit.enabled", "true")
                .withProperty("write.metadata.previous-versions-max", "100")
                .withProperty("write.parquet.compression-codec", "zstd")
                .withProperties(properties)
                .create();
    }

    /** Loads a table of the namespace {@code main}. */
    public Table load(String name) {
        return catalog.loadTable(identifier(name));
    }

    private static TableIdentifier identifier(String name) {
        return TableIdentifier.of(NAMESPACE, name);
    }

    /** Describes a finished Parquet file from its footer. */
    public DataFile describe(Table table, Path file) {
        return describe(table, Locations.ofPath(file));
    }

    /** Likewise, by its location. */
    public DataFile describe(Table table, String location) {
        InputFile input = io().newInputFile(location);
        return DataFiles.builder(table.spec())
                .withInputFile(input)
                .withFormat(FileFormat.PARQUET)
                .withMetrics(ParquetUtil.fileMetrics(input, MetricsConfig.forTable(table)))
                .build();
    }

    /** Returns the data files of the current snapshot. */
    public static List<Path> dataFiles(Table table) {
        List<Path> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> files.add(Locations.path(task.file().location())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    /** Returns where files are read and written. */
    public FileIO io() {
        return storage.io();
    }

    @Override
    public void close() {
        catalog.close();
        storage.close();
    }
}
