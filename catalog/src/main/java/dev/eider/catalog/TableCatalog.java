package dev.eider.catalog;

import dev.eider.catalog.PointerChange.Kind;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NoSuchViewException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.UncheckedSQLException;
import org.apache.iceberg.view.ViewOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog: Iceberg's own JDBC catalog, plus what Eider needs of it: changes that lose nothing, many pointers in one
 * query, names compared without regard to case ({@link NameLookup}), and one door for appends ({@link #committer()}).
 *
 * <p>The database keeps the upstream schema (version V1), so that other Iceberg clients can open it under the same
 * catalog name; Eider's own tables lie beside it. Thread-safe. Whoever opens it closes it.
 */
public final class TableCatalog extends JdbcCatalog {
    private static final Logger LOG = LoggerFactory.getLogger(TableCatalog.class);
    private static final int BIND_ATTEMPTS = 5;
    private static final Duration COMMIT_PATIENCE = Duration.ofSeconds(30);

    private final CatalogConfig config;
    private final CatalogDatabase database;
    private final FileIO io;
    private final MetadataFiles metadataFiles;
    private final Pointers pointers;
    private final CatalogNames names;
    private final NameLookup lookup;
    private final CatalogHistory history;
    private final CatalogThreads threads;
    private final SnapshotCommitter committer;
    private final SigningKeys signingKeys;
    private final CatalogIdentity identity;
    private final ReadLeases leases;
    private final WriteLeases writes;
    private final Sweeper sweeper;
    private final DroppedTables dropped;
    private final TableWatch watch;

    private TableCatalog(CatalogConfig config, CatalogDatabase database, FileIO io, Clock clock, Duration patience) {
        super(properties -> io, properties -> new PooledClients(database, properties), true);
        this.config = config;
        this.database = database;
        this.io = io;
        this.metadataFiles = new MetadataFiles(io);
        this.pointers = new Pointers(database, config.name(), patience);
        this.names = new CatalogNames(pointers, clock);
        this.lookup = new NameLookup(pointers, database.dialect());
        this.history = new CatalogHistory(database, pointers);
        this.threads = new CatalogThreads();
        this.committer = new SnapshotCommitter(threads.commits(), () -> newCommitter(clock));
        this.signingKeys = new SigningKeys(database, clock);
        this.identity = new CatalogIdentity(database, clock);
        this.leases = new ReadLeases(database, clock, config.upkeep().filesGrace());
        this.sweeper = new Sweeper(database, config.upkeep(), clock, io);
        this.dropped = new DroppedTables(database, pointers, config.upkeep(), clock, io);
        threads.every(config.upkeep().sweepEvery(), this::sweepFiles);
        threads.beat(leases.pause(), leases::beat);
        this.writes = new WriteLeases(database, clock);
        threads.beat(WriteLeases.PAUSE, writes::beat);
        this.watch = new TableWatch(lookup::resolve);
        threads.beat(TableWatch.PAUSE, watch::poll);
    }

    private TableCommitter newCommitter(Clock clock) {
        HistoryUpkeep upkeep = new HistoryUpkeep(
                config.upkeep(),
                clock,
                threads.upkeep(),
                io,
                new Unreachable(database, clock, config.upkeep()),
                history);
        return new TableCommitter(this, pointers, io, upkeep);
    }

    /**
     * Opens the catalog database, creating it, its tables and the default namespace if they are missing.
     *
     * @param files makes the {@code FileIO} of every table from the catalog's properties
     */
    public static TableCatalog open(CatalogConfig config, Function<Map<String, String>, FileIO> files) {
        return open(config, files, Clock.systemUTC());
    }

    /** Opens a catalog whose upkeep, leases and keys go by a clock of their own. */
    public static TableCatalog open(CatalogConfig config, Function<Map<String, String>, FileIO> files, Clock clock) {
        return open(config, properties(config), files, clock, COMMIT_PATIENCE);
    }

    /**
     * Opens a catalog that is set up by the caller.
     *
     * @param properties what Iceberg's own catalog is set up with
     * @param patience how long to find out what became of a change while the database fails
     */
    static TableCatalog open(
            CatalogConfig config,
            Map<String, String> properties,
            Function<Map<String, String>, FileIO> files,
            Clock clock,
            Duration patience) {
        CatalogDatabase database = CatalogDatabase.open(config);
        TableCatalog catalog = new TableCatalog(config, database, files.apply(properties), clock, patience);
        try {
            catalog.initialize(config.name(), properties);
            CatalogSchema.create(database);
            catalog.createIfMissing(TableNames.DEFAULT_NAMESPACE);
            return catalog;
        } catch (UncheckedSQLException | EiderException e) {
            catalog.close();
            throw new EiderException(
                    ErrorCode.CATALOG_FAILED, "Cannot open the catalog " + config.shownUri() + ": " + reason(e), e);
        }
    }

    /** Returns whether the database of a catalog does not exist yet, as far as that shows without opening it. */
    public static boolean isMissing(CatalogConfig config) {
        return DatabaseFile.path(config.uri())
                .filter(path -> !Files.exists(path))
                .isPresent();
    }

    /** Returns what Iceberg's own catalog is set up with. */
    static Map<String, String> properties(CatalogConfig config) {
        return Map.of(
                CatalogProperties.URI,
                config.uri(),
                CatalogProperties.WAREHOUSE_LOCATION,
                config.warehouse(),
                CatalogProperties.UNIQUE_TABLE_LOCATION,
                "true",
                "jdbc.schema-version",
                "V1",
                "jdbc.strict-mode",
                "true");
    }

    @Override
    protected TableOperations newTableOps(TableIdentifier name) {
        return new CatalogTableOperations(
                this, pointers, name, io, config.upkeep().metadataGrace());
    }

    @Override
    protected ViewOperations newViewOps(TableIdentifier name) {
        return new CatalogViewOperations(this, pointers, name, io);
    }

    /** Looks for the pointer first: a table exists even if its metadata cannot be read just now. */
    @Override
    public boolean tableExists(TableIdentifier name) {
        return pointers.location(Kind.TABLE, name).isPresent() || super.tableExists(name);
    }

    /** Running reads keep the files: they are retired, not deleted. */
    @Override
    public boolean dropTable(TableIdentifier name, boolean purge) {
        return names.drop(Kind.TABLE, name, purge);
    }

    @Override
    public void renameTable(TableIdentifier from, TableIdentifier to) {
        rename(Kind.TABLE, from, to, new NoSuchTableException("Table does not exist: %s", from));
    }

    @Override
    public boolean dropView(TableIdentifier name) {
        return names.drop(Kind.VIEW, name, false);
    }

    @Override
    public void renameView(TableIdentifier from, TableIdentifier to) {
        rename(Kind.VIEW, from, to, new NoSuchViewException("View does not exist: %s", from));
    }

    private void rename(Kind kind, TableIdentifier from, TableIdentifier to, RuntimeException missing) {
        if (from.equals(to)) {
            return;
        }
        if (pointers.location(kind, from).isEmpty()) {
            throw missing;
        }
        if (!namespaceExists(to.namespace())) {
            throw new NoSuchNamespaceException("Namespace does not exist: %s", to.namespace());
        }
        if (!names.rename(kind, from, to)) {
            throw missing;
        }
    }

    /** Creates a namespace unless it exists; two callers may do so at once. */
    public void createIfMissing(Namespace namespace) {
        if (namespaceExists(namespace)) {
            return;
        }
        try {
            createNamespace(namespace, Map.of());
        } catch (AlreadyExistsException | UncheckedSQLException e) {
            if (!namespaceExists(namespace)) {
                throw e;
            }
        }
    }

    /**
     * Loads tables as they are at one moment: all pointers come from one query.
     *
     * <p>Names match without regard to case; an exact match wins over others.
     *
     * @return the tables that exist, by the name that was asked for
     */
    public Map<TableIdentifier, TableState> load(Collection<TableIdentifier> names) {
        for (int attempt = 1; ; attempt++) {
            Map<TableIdentifier, TablePointer> pointers = lookup.resolve(names);
            Map<TableIdentifier, TableState> states = new LinkedHashMap<>();
            for (var pointer : pointers.entrySet()) {
                try {
                    states.put(pointer.getKey(), state(pointer.getValue()));
                } catch (NotFoundException e) {
                    // A metadata file may be replaced and removed between the query and the read of it.
                    if (attempt == BIND_ATTEMPTS) {
                        throw missing(pointer.getValue(), e);
                    }
                    break;
                }
            }
            if (states.size() == pointers.size()) {
                return states;
            }
        }
    }

    private static EiderException missing(TablePointer pointer, NotFoundException cause) {
        return new EiderException(
                ErrorCode.STORAGE_FAILED,
                "Table %s cannot be read: its metadata file %s is missing. Is its disk mounted?"
                        .formatted(pointer.identifier(), pointer.fileName()),
                cause);
    }

    /** Loads one table, or nothing if it does not exist. */
    public Optional<TableState> find(TableIdentifier name) {
        return Optional.ofNullable(load(List.of(name)).get(name));
    }

    /** Loads one table. */
    public TableState load(TableIdentifier name) {
        return find(name).orElseThrow(() -> notFound(name));
    }

    /** Loads a table as a metadata file of its tells, or nothing if that was replaced and removed meanwhile. */
    public Optional<TableState> loadAt(TableIdentifier name, String metadataLocation) {
        try {
            return Optional.of(state(new TablePointer(name, metadataLocation)));
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }

    /** Returns the error for a table that does not exist. */
    public static EiderException notFound(TableIdentifier name) {
        return new EiderException(ErrorCode.TABLE_NOT_FOUND, "Table %s does not exist".formatted(name));
    }

    /** Lists every table of the catalog, in the order of their names: one that cannot be read keeps none from being listed. */
    public List<ListedTable> list() {
        List<ListedTable> listed = new ArrayList<>();
        for (TablePointer pointer : pointers.tables("", List.of())) {
            listed(pointer).ifPresent(listed::add);
        }
        return listed;
    }

    private Optional<ListedTable> listed(TablePointer pointer) {
        try {
            try {
                return Optional.of(ListedTable.of(state(pointer)));
            } catch (NotFoundException e) {
                // Replaced, or dropped, since the query.
                return find(pointer.identifier()).map(ListedTable::of);
            }
        } catch (EiderException e) {
            return Optional.of(ListedTable.unreadable(pointer.identifier(), e.text()));
        } catch (RuntimeException e) {
            LOG.debug("A table cannot be read, table={}", pointer.identifier(), e);
            return Optional.of(ListedTable.unreadable(
                    pointer.identifier(),
                    "Table %s cannot be read: its metadata file %s is not one of Iceberg's"
                            .formatted(pointer.identifier(), pointer.fileName())));
        }
    }

    /** Loads a table by its exact name, as Iceberg's own API spells it. */
    Optional<TableState> findExactly(TableIdentifier name) {
        for (int attempt = 1; ; attempt++) {
            Optional<String> location = pointers.location(Kind.TABLE, name);
            try {
                return location.map(there -> state(new TablePointer(name, there)));
            } catch (NotFoundException e) {
                if (attempt == BIND_ATTEMPTS || location.equals(pointers.location(Kind.TABLE, name))) {
                    throw e;
                }
            }
        }
    }

    private TableState state(TablePointer pointer) {
        try {
            return new TableState(pointer.identifier(), metadataFiles.read(pointer.metadataLocation()), false, io);
        } catch (EiderException e) {
            // Which location it is stays here: callers did not name it.
            LOG.debug(
                    "A table cannot be read, table={}, location={}",
                    pointer.identifier(),
                    pointer.metadataLocation(),
                    e);
            throw new EiderException(
                    e.code(), "Table %s cannot be read: %s".formatted(pointer.identifier(), e.text()), e);
        }
    }

    /**
     * Lays out a table that does not exist yet: ids for its columns, a location of its own. Nothing is written.
     *
     * @param properties table properties besides those that every new table gets
     */
    public TableState stage(TableIdentifier name, Schema schema, Map<String, String> properties) {
        TableNames.requireCreatable(name);
        Map<String, String> all = new LinkedHashMap<>(Map.of(
                "write.metadata.delete-after-commit.enabled",
                "true",
                "write.metadata.previous-versions-max",
                "10",
                HistoryRule.PROPERTY,
                HistoryRule.CONFIGURED,
                "write.parquet.compression-codec",
                "zstd"));
        all.putAll(properties);
        HistoryRule.requireReadable(all);
        TableMetadata metadata = TableMetadata.newTableMetadata(
                schema, PartitionSpec.unpartitioned(), SortOrder.unsorted(), defaultWarehouseLocation(name), all);
        return new TableState(name, metadata, true, io);
    }

    /** Returns the one door for changes to tables of this catalog. */
    public SnapshotCommitter committer() {
        return committer;
    }

    /** Returns what the commit log knows: who is an ancestor of whom, and what was current when. */
    public CatalogHistory history() {
        return history;
    }

    /** Returns the appends with these idempotency keys that are in a table's branch. */
    public List<LedgerEntry> ledger(String tableUuid, String branch, List<String> keys) {
        return keys.isEmpty()
                ? List.of()
                : database.read(connection -> Ledger.find(connection, tableUuid, branch, keys));
    }

    /** Returns what tells that tables may have changed. */
    public TableWatch watch() {
        return watch;
    }

    /** Returns which catalog this is. */
    public CatalogIdentity identity() {
        return identity;
    }

    /** Returns the keys that sign tickets. */
    public SigningKeys signingKeys() {
        return signingKeys;
    }

    /** Returns what keeps the files of long reads. */
    public ReadLeases leases() {
        return leases;
    }

    /** Returns what keeps the files of long writes until they are committed. */
    public WriteLeases writes() {
        return writes;
    }

    /** Renews the leases that are due and removes the files that are due, without waiting for their turn. */
    public void sweep() {
        leases.beat();
        writes.beat();
        sweepFiles();
    }

    private void sweepFiles() {
        dropped.retire();
        sweeper.sweep();
    }

    /** Returns all tables and views of the database, also those of other catalog names. */
    public List<Registration> registrations() {
        return pointers.registrations();
    }

    /** Returns files of a table that nothing current refers to any more, but that stay until their grace period ends. */
    public Set<String> retiredFiles(String tableUuid) {
        return Set.copyOf(database.read(connection -> RetiredFiles.of(connection, tableUuid)));
    }

    CatalogNames names() {
        return names;
    }

    /** Writes down what other clients did to a table, unless that is known. */
    void observe(TableState state) {
        history.observe(state);
    }

    /** Returns a table as metadata says that was read or written before, while that is kept in memory. */
    Optional<TableState> remembered(TablePointer pointer) {
        return metadataFiles
                .remembered(pointer.metadataLocation())
                .map(metadata -> new TableState(pointer.identifier(), metadata, false, io));
    }

    /** Takes note of metadata that has become current. */
    void remember(TableMetadata metadata) {
        metadataFiles.remember(metadata);
        history.known(metadata.metadataFileLocation());
    }

    /** Returns how the database is set up, as its own {@code PRAGMA} tells. */
    String databaseSetting(String pragma) {
        return database.read(connection -> SqlRows.select(connection, row -> row.getString(1), "PRAGMA " + pragma))
                .get(0);
    }

    private static String reason(Throwable error) {
        Throwable cause = Objects.requireNonNullElse(error.getCause(), error);
        return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
    }

    @Override
    public void close() {
        threads.close();
        super.close();
        database.close();
    }
}
