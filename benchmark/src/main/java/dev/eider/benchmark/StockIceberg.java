package dev.eider.benchmark;

import dev.eider.warehouse.storage.DurableFiles;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Locations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.Table;
import org.apache.iceberg.exceptions.CommitFailedException;

/**
 * Stock Iceberg: each append is a Parquet file, written by DuckDB and synced as Eider does it, and a fast append with
 * Iceberg's own retries.
 */
final class StockIceberg implements AppendContender {
    private static final DurableFiles DURABLE = new DurableFiles(FileSync.FULL);

    /** Retries until it succeeds: what is left to turn when the defaults fail. */
    static final Map<String, String> TUNED = Map.of(
            "commit.retry.num-retries", "1000",
            "commit.retry.min-wait-ms", "5",
            "commit.retry.max-wait-ms", "500",
            "commit.retry.total-timeout-ms", "600000");

    /** As many files are written at once as Eider allows. */
    private static final int CONNECTIONS = 32;

    private final String name;
    private final Map<String, String> properties;
    private final BufferAllocator allocator;
    private final StockCatalog catalog;
    private final DuckDb engine;
    private final BlockingQueue<DuckDb> connections = new LinkedBlockingQueue<>();

    StockIceberg(String name, Map<String, String> properties, Path directory, DuckDb engine, BufferAllocator allocator)
            throws Exception {
        this.name = name;
        this.properties = properties;
        this.allocator = allocator;
        this.engine = engine;
        Path tables = directory.resolve("warehouse");
        DURABLE.createDirectories(tables);
        this.catalog = StockCatalog.open("jdbc:sqlite:" + directory.resolve("catalog.db"), tables);
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(engine.another());
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void create(String table) throws Exception {
        Table created = catalog.create(table, GenericWriter.SCHEMA, properties);
        DURABLE.createDirectories(dataDirectory(created));
    }

    private static Path dataDirectory(Table table) {
        return Locations.path(table.location()).resolve("data");
    }

    @Override
    public Lane lane(String name) {
        Table table = catalog.load(name);
        return rows -> append(table, rows);
    }

    private void append(Table table, ArrowReader rows) throws Exception {
        Path file = dataDirectory(table).resolve(UUID.randomUUID() + ".parquet");
        DuckDb connection = connections.take();
        try {
            connection.consume(rows, allocator, copy(file));
        } finally {
            connections.add(connection);
        }
        DURABLE.sync(file);
        try {
            table.newFastAppend().appendFile(catalog.describe(table, file)).commit();
        } catch (CommitFailedException e) {
            Files.delete(file);
            throw new Refused(e);
        }
    }

    private static String copy(Path file) {
        return "COPY (SELECT * FROM arrow_rows) TO '" + file
                + "' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880, FIELD_IDS "
                + "{id: 1, departed: 2, origin: 3, comment: 4, delay: 5, distance: 6, price: 7, late: 8})";
    }

    @Override
    public Table load(String table) {
        return catalog.load(table);
    }

    @Override
    public void close() throws SQLException {
        for (DuckDb connection : connections) {
            connection.close();
        }
        engine.close();
        catalog.close();
    }
}
