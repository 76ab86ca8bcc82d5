package dev.eider.warehouse;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.engine.EngineConfig;
import dev.eider.warehouse.engine.ExtensionConfig;
import dev.eider.warehouse.read.BoundQuery;
import dev.eider.warehouse.read.QueryRun;
import dev.eider.warehouse.read.ReadConfig;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.TestStorage;
import dev.eider.warehouse.storage.WarehouseMark;
import dev.eider.warehouse.write.AppendReceipt;
import dev.eider.warehouse.write.AppendRequest;
import dev.eider.warehouse.write.WriteConfig;
import dev.eider.warehouse.write.WriteMode;
import dev.eider.warehouse.write.WriteOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileInfo;

/** A warehouse in a temporary directory, whose Arrow buffers must all be freed when it is closed. */
public final class TestWarehouse implements AutoCloseable {
    private final Path directory;
    private final StorageConfig location;
    private final Clock clock;
    private final BufferAllocator allocator = new RootAllocator();
    private final Warehouse warehouse;
    private final Storage storage;

    public TestWarehouse(Path directory) {
        this(directory, writes());
    }

    public TestWarehouse(Path directory, WriteConfig writes) {
        this(directory, writes, Clock.systemUTC());
    }

    /** Opens a warehouse whose tickets, leases and upkeep go by a clock of the test. */
    public TestWarehouse(Path directory, Clock clock) {
        this(directory, writes(), clock);
    }

    /** Opens a warehouse that reads tables in one way, with extensions of DuckDB. */
    public TestWarehouse(Path directory, ReadConfig.Engine reads, ExtensionConfig extensions) {
        this(directory, Clock.systemUTC(), config(directory, writes(), reads, extensions));
    }

    /** Opens a warehouse whose catalog is reached by way of another JDBC driver. */
    public TestWarehouse(Path directory, String driverPrefix) {
        this(
                directory,
                Clock.systemUTC(),
                config(directory, writes(), ReadConfig.Engine.PLANNED, ExtensionConfig.NONE, driverPrefix));
    }

    /** Opens a warehouse whose files are somewhere else than those of the other tests. */
    public TestWarehouse(Path directory, StorageConfig location) {
        this(directory, location, ExtensionConfig.NONE);
    }

    /** Opens a warehouse whose files are somewhere else than those of the other tests, with extensions of DuckDB. */
    public TestWarehouse(Path directory, StorageConfig location, ExtensionConfig extensions) {
        this(
                directory,
                Clock.systemUTC(),
                at(config(directory, writes(), ReadConfig.Engine.PLANNED, extensions), location));
    }

    private static WarehouseConfig at(WarehouseConfig config, StorageConfig location) {
        return new WarehouseConfig(config.catalog(), location, config.engine(), config.write(), config.read());
    }

    private TestWarehouse(Path directory, WriteConfig writes, Clock clock) {
        this(directory, clock, config(directory, writes, ReadConfig.Engine.PLANNED, ExtensionConfig.NONE));
    }

    private TestWarehouse(Path directory, Clock clock, WarehouseConfig config) {
        this.directory = directory;
        this.location = config.storage();
        this.clock = clock;
        this.warehouse = Warehouse.open(config, allocator, clock);
        this.storage = Storage.open(config.storage(), FileSync.FULL);
    }

    public static WriteConfig writes() {
        return new WriteConfig(
                true,
                8,
                64,
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                64 << 20,
                122_880,
                8 << 20,
                Duration.ofDays(7),
                FileSync.FULL,
                16 << 20);
    }

    private static WarehouseConfig config(
            Path directory, WriteConfig writes, ReadConfig.Engine reads, ExtensionConfig extensions) {
        return config(directory, writes, reads, extensions, "");
    }

    private static WarehouseConfig config(
            Path directory,
            WriteConfig writes,
            ReadConfig.Engine reads,
            ExtensionConfig extensions,
            String driverPrefix) {
        return new WarehouseConfig(
                new CatalogConfig(
                        driverPrefix + "jdbc:sqlite:" + directory.resolve("catalog.db"),
                        CatalogConfig.DEFAULT_NAME,
                        ""),
                TestStorage.of(directory),
                new EngineConfig(
                        512L << 20,
                        2,
                        directory.resolve("tmp"),
                        1L << 30,
                        TestStorage.isReadDirectly() ? TestExtensions.assumed() : extensions),
                writes,
                new ReadConfig(reads, 65_536, 64 << 20, ReadConfig.TICKET_LIFETIME));
    }

    public Warehouse warehouse() {
        return warehouse;
    }

    public BufferAllocator allocator() {
        return allocator;
    }

    /** Opens the catalog a second time, as another process would. */
    public TableCatalog catalog() {
        return TableCatalog.open(
                new CatalogConfig(
                        "jdbc:sqlite:" + directory.resolve("catalog.db"),
                        CatalogConfig.DEFAULT_NAME,
                        Locations.normalized(location.warehouse())),
                properties -> storage.io(),
                clock);
    }

    /** Renews leases and removes files, by the clock of this warehouse. */
    public void sweep() {
        warehouse.sweep();
    }

    public static TableIdentifier table(String name) {
        return TableIdentifier.of("main", name);
    }

    public AppendReceipt append(String table, ArrowReader rows) {
        return append(table, WriteMode.CREATE_APPEND, rows).get(0);
    }

    public List<AppendReceipt> append(String table, WriteMode mode, ArrowReader rows) {
        return append(table, WriteOptions.of(mode), rows);
    }

    public List<AppendReceipt> append(String table, WriteOptions options, ArrowReader rows) {
        List<AppendReceipt> receipts = new ArrayList<>();
        try (rows) {
            warehouse.appender().append(new AppendRequest(table(table), options), rows, receipts::add);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return receipts;
    }

    /** Runs a query and returns its rows as text, one string a row, cells separated by a bar. */
    public List<String> query(String sql) {
        return rows(((SqlStatement.Query) warehouse.prepare(sql)).query());
    }

    public List<String> rows(BoundQuery query) {
        List<String> rows = new ArrayList<>();
        try (QueryRun run = warehouse.run(query, allocator)) {
            while (run.reader().loadNextBatch()) {
                VectorSchemaRoot batch = run.reader().getVectorSchemaRoot();
                for (int i = 0; i < batch.getRowCount(); i++) {
                    int row = i;
                    rows.add(String.join(
                            "|",
                            batch.getFieldVectors().stream()
                                    .map(vector -> text(vector, row))
                                    .toList()));
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return rows;
    }

    private static String text(FieldVector vector, int row) {
        return String.valueOf(vector.getObject(row));
    }

    public long execute(String sql) {
        return warehouse.execute((SqlStatement.Update) warehouse.prepare(sql)).rows();
    }

    /** Returns the location of every file of the warehouse but its mark. */
    public List<String> files() {
        return StreamSupport.stream(
                        storage.io().listPrefix(location.warehouse()).spliterator(), false)
                .map(FileInfo::location)
                .filter(location -> !location.endsWith("/" + WarehouseMark.NAME))
                .toList();
    }

    @Override
    public void close() {
        storage.close();
        warehouse.close();
        allocator.close();
    }
}
