package dev.eider.warehouse;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.DaemonThreads;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.ListedTable;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.catalog.TableWatch;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.engine.ExtensionStatus;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.maintenance.OrphanFiles;
import dev.eider.warehouse.maintenance.OrphanListing;
import dev.eider.warehouse.maintenance.OrphanRequest;
import dev.eider.warehouse.read.BoundQuery;
import dev.eider.warehouse.read.QueryRun;
import dev.eider.warehouse.read.ReadOptions;
import dev.eider.warehouse.read.ScanChoice;
import dev.eider.warehouse.read.SnapshotBinder;
import dev.eider.warehouse.read.Tickets;
import dev.eider.warehouse.scan.ManifestCache;
import dev.eider.warehouse.scan.SnapshotPlanner;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.statement.StatementRunner;
import dev.eider.warehouse.statement.UpdateResult;
import dev.eider.warehouse.storage.CacheCounts;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.StorageTraffic;
import dev.eider.warehouse.types.IcebergToArrow;
import dev.eider.warehouse.write.TableAppender;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * A lakehouse in one object: rows in, SQL out, no network.
 *
 * <p>Thread-safe. Whoever opens it closes it, after its appends and queries have ended. Methods throw {@code
 * EiderException} and nothing else that a caller could act on.
 */
public final class Warehouse implements AutoCloseable {
    private final Storage storage;
    private final TableCatalog catalog;
    private final QueryEngine engine;
    private final StorageConfig.Reads reads;
    private final BufferAllocator allocator;
    private final TableAppender appender;
    private final ExecutorService manifestLoads;
    private final SnapshotBinder binder;
    private final Tickets tickets;
    private final StatementRunner statements;
    private final OrphanFiles orphans;

    private Warehouse(WarehouseConfig config, Storage storage, BufferAllocator parent, Clock clock) {
        this.storage = storage;
        CatalogConfig where = config.catalog()
                .withWarehouse(Locations.normalized(config.storage().warehouse()));
        WarehouseOwner.requireCatalog(where, storage, config.storage().adopt());
        this.catalog = TableCatalog.open(where, properties -> storage.io(), clock);
        try {
            WarehouseOwner.bind(catalog, where, storage, config.storage().adopt());
            this.engine = openEngine(config, storage);
        } catch (RuntimeException e) {
            catalog.close();
            throw e;
        }
        this.reads = config.storage().cache().reads();
        this.allocator = parent.newChildAllocator("warehouse", 0, Long.MAX_VALUE);
        this.appender = new TableAppender(catalog, engine, storage, config.write(), allocator);
        this.manifestLoads = manifestLoads();
        SnapshotPlanner planner = new SnapshotPlanner(
                new ManifestCache(config.read().manifestCacheBytes(), manifestLoads), storage.allowed());
        this.binder = new SnapshotBinder(catalog, engine, storage, planner, config.read(), clock);
        this.tickets = new Tickets(catalog.signingKeys(), config.read().ticketLifetime(), clock);
        this.statements = new StatementRunner(catalog, engine, binder, appender, allocator);
        this.orphans = new OrphanFiles(
                new CatalogOwnership(catalog, storage.io()),
                storage.io(),
                storage.unfinishedUploads(),
                Clock.systemUTC(),
                OrphanFiles.LEAST_AGE);
    }

    private static ExecutorService manifestLoads() {
        return DaemonThreads.pool(
                "eider-manifests", Math.max(4, Runtime.getRuntime().availableProcessors()));
    }

    private static QueryEngine openEngine(WarehouseConfig config, Storage storage) {
        QueryEngine engine = QueryEngine.open(config.engine(), storage.directories(), storage.bucketAccess());
        try {
            SnapshotBinder.requireEngine(config.read(), engine);
            requireDirectReads(config.storage(), storage, engine);
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private static void requireDirectReads(StorageConfig config, Storage storage, QueryEngine engine) {
        boolean wanted = config.cache().reads() == StorageConfig.Reads.DIRECT
                && storage.bucketAccess().isPresent();
        if (wanted && !engine.readsBuckets()) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "storage.s3.reads is direct, but %s: `eider extensions install` fetches it, and storage.s3.reads=auto does without"
                            .formatted(engine.httpfs()
                                    .map(ExtensionStatus::detail)
                                    .orElse("this engine loads no extensions of DuckDB")));
        }
    }

    /** Opens the catalog, creating it and the warehouse directory if they are missing; the allocator stays the caller's. */
    public static Warehouse open(WarehouseConfig config, BufferAllocator allocator) {
        return open(config, allocator, Clock.systemUTC());
    }

    /** Opens a warehouse whose tickets, leases and upkeep go by a clock of their own. */
    static Warehouse open(WarehouseConfig config, BufferAllocator allocator, Clock clock) {
        Storage storage = Storage.open(config.storage(), config.write().sync());
        try {
            return new Warehouse(config, storage, allocator, clock);
        } catch (RuntimeException e) {
            storage.close();
            throw e;
        }
    }

    /** Returns how tables are read as a rule, and why: a sentence or two for people. */
    public String readEngine() {
        return binder.readEngine() + bucketReads().map(text -> ". " + text).orElse("");
    }

    private Optional<String> bucketReads() {
        if (storage.cacheCounts().isEmpty()) {
            return Optional.empty();
        }
        if (engine.readsBuckets()) {
            return Optional.of(
                    reads == StorageConfig.Reads.DIRECT
                            ? "Files in buckets are read there: storage.s3.reads is direct"
                            : "Large files in buckets are read there until a second query asks for them");
        }
        return Optional.of("Files in buckets are read by way of this host: "
                + engine.httpfs()
                        .map(ExtensionStatus::detail)
                        .orElse(
                                storage.bucketAccess().isEmpty()
                                        ? "storage.s3.reads is cached"
                                        : "this engine loads no extensions of DuckDB"));
    }

    /** Returns how each table of a bound query is read, and why, in the order of its references. */
    public List<ScanChoice> scanChoices(BoundQuery query) {
        return binder.choices(query);
    }

    /** Returns what appends rows to tables. */
    public TableAppender appender() {
        return appender;
    }

    /** Decides what {@code sql} is, and binds it if it is a query; runs nothing. */
    public SqlStatement prepare(String sql) {
        return prepare(sql, ReadOptions.NONE);
    }

    /** Like the other, for a caller that has to see certain snapshots: a query without them is refused. */
    public SqlStatement prepare(String sql, ReadOptions options) {
        return prepare(sql, options, new Cancellation());
    }

    /** Like the others, for a caller that may leave meanwhile. */
    public SqlStatement prepare(String sql, ReadOptions options, Cancellation cancellation) {
        return statements.prepare(sql, options, cancellation);
    }

    /** Runs a statement that changes something. */
    public UpdateResult execute(SqlStatement.Update update) {
        return execute(update, new Cancellation());
    }

    /** Like the other, for a caller that may leave meanwhile: nothing is changed then, unless it was too late. */
    public UpdateResult execute(SqlStatement.Update update, Cancellation cancellation) {
        return statements.execute(update, cancellation);
    }

    /** Binds the reading of one whole table at its current snapshot. */
    public BoundQuery bindTable(TableIdentifier table) {
        return bindTable(table, ReadOptions.NONE);
    }

    /** Like the other, for a caller that has to see certain snapshots: without them the read is refused. */
    public BoundQuery bindTable(TableIdentifier table, ReadOptions options) {
        return binder.bindTable(table, options);
    }

    /**
     * Binds the reading of what was committed to a branch of a table after a snapshot, in the order of the commits, up to
     * its current head, which is the pin's snapshot.
     *
     * @param after the snapshot whose successors count, 0 for all; the head itself if it is missing
     */
    public BoundQuery bindChanges(TableIdentifier table, OptionalLong after, String branch) {
        return binder.bindChanges(table, after, branch);
    }

    /**
     * Tells that a table may have changed, whichever process changed it, until the watch is closed.
     *
     * @param changed quick, because commits wait for it
     */
    public TableWatch.Watch watch(TableIdentifier table, Runnable changed) {
        return catalog.watch().watch(table, changed);
    }

    /** Returns text that stands for a bound query for a while, in any process over the same catalog. */
    public String ticket(BoundQuery query) {
        return tickets.issue(query);
    }

    /** Restores the query of a ticket; a text that {@link #ticket} did not give, or gave too long ago, is refused. */
    public BoundQuery redeem(String ticket) {
        return tickets.redeem(ticket);
    }

    /** Returns the Arrow schema of a bound query's result, without running it. */
    public Schema schema(BoundQuery query) {
        return schema(query, new Cancellation());
    }

    /** Like the other, for a caller that may leave meanwhile. */
    public Schema schema(BoundQuery query, Cancellation cancellation) {
        return binder.schema(query, allocator, cancellation);
    }

    /** Returns whether a bound query is sure to be little work; plans it, and runs nothing. */
    public boolean isSmall(BoundQuery query, Cancellation cancellation) {
        return binder.isSmall(query, cancellation);
    }

    /** Prepares to run a bound query; the caller closes the run. */
    public QueryRun run(BoundQuery query, BufferAllocator allocator) {
        return run(query, allocator, new Cancellation());
    }

    /** Like the other, for a caller that may leave meanwhile. */
    public QueryRun run(BoundQuery query, BufferAllocator allocator, Cancellation cancellation) {
        return binder.run(query, allocator, cancellation);
    }

    /** Lists all tables, ordered by name; one that cannot be read says why. */
    public List<TableListing> tables() {
        return catalog.list().stream()
                .map(table -> table.state().map(Warehouse::listing).orElseGet(() -> unreadable(table)))
                .toList();
    }

    private static TableListing unreadable(ListedTable table) {
        Schema schema = new Schema(List.of(), Map.of(IcebergToArrow.UNREADABLE, table.problem()));
        return new TableListing(
                table.identifier(), schema, new org.apache.iceberg.Schema(), -1, -1, 0, -1, table.problem());
    }

    private static TableListing listing(TableState state) {
        TableMetadata metadata = state.metadata();
        Snapshot current = metadata.currentSnapshot();
        return new TableListing(
                state.identifier(),
                IcebergToArrow.schema(metadata.schema()),
                metadata.schema(),
                total(current, SnapshotSummary.TOTAL_RECORDS_PROP),
                total(current, SnapshotSummary.TOTAL_FILE_SIZE_PROP),
                metadata.snapshots().size(),
                current == null ? -1 : current.snapshotId(),
                "");
    }

    private static long total(@Nullable Snapshot current, String property) {
        if (current == null) {
            return 0;
        }
        // Snapshots of format version 1 need not have a summary, and what other engines write there is theirs.
        String value = current.summary() == null ? null : current.summary().get(property);
        return value == null || !value.matches("\\d{1,18}") ? -1 : Long.parseLong(value);
    }

    /** Lists the kept snapshots of a table, oldest first. */
    public List<SnapshotListing> snapshots(TableIdentifier table) {
        TableMetadata metadata = catalog.load(table).metadata();
        Snapshot current = metadata.currentSnapshot();
        return metadata.snapshots().stream()
                .map(snapshot -> listing(snapshot, current))
                .toList();
    }

    private static SnapshotListing listing(Snapshot snapshot, @Nullable Snapshot current) {
        Long parent = snapshot.parentId();
        return new SnapshotListing(
                snapshot.snapshotId(),
                parent == null ? -1 : parent,
                snapshot.sequenceNumber(),
                Instant.ofEpochMilli(snapshot.timestampMillis()),
                snapshot.operation(),
                current != null && current.snapshotId() == snapshot.snapshotId(),
                snapshot.summary() == null ? Map.of() : snapshot.summary());
    }

    /** Lists the files of a table that nothing refers to, and deletes them if the request says so. */
    public OrphanListing orphans(TableIdentifier table, OrphanRequest request) {
        return orphans.find(table, request);
    }

    /** Returns what was asked of buckets since this was opened; nothing without buckets. */
    public Optional<StorageTraffic> storageTraffic() {
        return storage.traffic();
    }

    /** Returns what the cache of data files did since this was opened; nothing without buckets. */
    public Optional<CacheCounts> cacheCounts() {
        return storage.cacheCounts();
    }

    /** Deletes every file below the location of new tables: for a warehouse that was made for a moment. */
    public void deleteAllFiles() {
        storage.deleteAll();
    }

    /** Does the upkeep that is due without waiting for its turn. */
    void sweep() {
        catalog.sweep();
    }

    @Override
    public void close() {
        try {
            AutoCloseables.close(manifestLoads::shutdown, allocator, engine, catalog, storage);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new EiderException(ErrorCode.INTERNAL, "The warehouse does not close cleanly", e);
        }
    }
}
