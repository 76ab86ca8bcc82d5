package dev.eider.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.ClientPool;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.jdbc.JdbcClientPool;
import org.apache.iceberg.jdbc.UncheckedSQLException;

/**
 * The catalog: Iceberg's own JDBC catalog, plus what Eider needs of it: many pointers in one query, names compared
 * without regard to case, and one door for changes ({@link #committer()}).
 *
 * <p>The database keeps the upstream schema (version V1), so that other Iceberg clients can open it under the same
 * catalog name. Thread-safe. Whoever opens it closes it.
 */
public final class TableCatalog extends JdbcCatalog {
    private static final String SQLITE = "jdbc:sqlite:";
    private static final int CONNECTIONS = 4;
    private static final int BIND_ATTEMPTS = 5;

    private final JdbcClientPool connections;
    private final FileIO io;
    private final MetadataCache metadataFiles;

    private TableCatalog(JdbcClientPool connections, FileIO io) {
        super(properties -> io, properties -> connections, true);
        this.connections = connections;
        this.io = io;
        this.metadataFiles = new MetadataCache(io);
    }

    /**
     * Opens the catalog database, creating it, its tables and the default namespace if they are missing.
     *
     * @param files makes the {@code FileIO} of every table from the catalog's properties
     */
    public static TableCatalog open(CatalogConfig config, Function<Map<String, String>, FileIO> files) {
        prepareDatabaseDirectory(config);
        Map<String, String> properties = properties(config);
        JdbcClientPool connections = new SingleAttemptPool(config.uri(), properties);
        TableCatalog catalog = new TableCatalog(connections, files.apply(properties));
        try {
            catalog.initialize(config.name(), properties);
            catalog.createIfMissing(TableNames.DEFAULT_NAMESPACE);
            return catalog;
        } catch (UncheckedSQLException e) {
            connections.close();
            throw new EiderException(
                    ErrorCode.CATALOG_FAILED, "Cannot open the catalog " + config.uri() + ": " + reason(e), e);
        }
    }

    private static void prepareDatabaseDirectory(CatalogConfig config) {
        if (!config.uri().startsWith(SQLITE)) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "catalog.uri is %s: this version opens %s… only".formatted(config.uri(), SQLITE));
        }
        Path database = Path.of(config.uri().substring(SQLITE.length()).replaceFirst("\\?.*", ""));
        try {
            Files.createDirectories(
                    Objects.requireNonNullElse(database.toAbsolutePath().getParent(), database));
        } catch (IOException e) {
            throw new EiderException(
                    ErrorCode.CATALOG_FAILED, "Cannot create the directory of the catalog database " + database, e);
        }
    }

    /** WAL lets readers and one writer work side by side; FULL makes an acknowledged commit survive a power loss. */
    private static Map<String, String> properties(CatalogConfig config) {
        return Map.of(
                CatalogProperties.URI,
                config.uri(),
                CatalogProperties.WAREHOUSE_LOCATION,
                config.warehouse(),
                CatalogProperties.CLIENT_POOL_SIZE,
                Integer.toString(CONNECTIONS),
                CatalogProperties.UNIQUE_TABLE_LOCATION,
                "true",
                "jdbc.schema-version",
                "V1",
                "jdbc.strict-mode",
                "true",
                "jdbc.journal_mode",
                "WAL",
                "jdbc.busy_timeout",
                "30000",
                "jdbc.synchronous",
                "FULL");
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
            Map<TableIdentifier, TablePointer> pointers = resolve(names);
            try {
                Map<TableIdentifier, TableState> states = new LinkedHashMap<>();
                pointers.forEach((name, pointer) -> states.put(name, state(pointer)));
                return states;
            } catch (NotFoundException e) {
                // A metadata file may be replaced and removed between the query and the read of it.
                if (attempt == BIND_ATTEMPTS) {
                    throw new EiderException(
                            ErrorCode.STORAGE_FAILED, "The metadata of %s cannot be read".formatted(names), e);
                }
            }
        }
    }

    /** Loads one table, or nothing if it does not exist. */
    public Optional<TableState> find(TableIdentifier name) {
        return Optional.ofNullable(load(List.of(name)).get(name));
    }

    /** Loads one table. */
    public TableState load(TableIdentifier name) {
        return find(name).orElseThrow(() -> notFound(name));
    }

    /** Returns the error for a table that does not exist. */
    public static EiderException notFound(TableIdentifier name) {
        return new EiderException(ErrorCode.TABLE_NOT_FOUND, "Table %s does not exist".formatted(name));
    }

    /** Loads every table of the catalog, in the order of their names. */
    public List<TableState> loadAll() {
        List<TableState> states = new ArrayList<>();
        for (TablePointer pointer : query("", List.of())) {
            find(pointer.identifier()).ifPresent(states::add);
        }
        return states;
    }

    private TableState state(TablePointer pointer) {
        return new TableState(pointer.identifier(), metadataFiles.read(pointer.metadataLocation()), false, io);
    }

    /**
     * Lays out a table that does not exist yet: ids for its columns, a location of its own. Nothing is written.
     *
     * @param properties table properties besides those that every new table gets
     */
    public TableState stage(TableIdentifier name, Schema schema, Map<String, String> properties) {
        TableNames.requireCreatable(name);
        Map<String, String> all = new LinkedHashMap<>(Map.of(
                "write.metadata.delete-after-commit.enabled", "true",
                "write.metadata.previous-versions-max", "100",
                "write.parquet.compression-codec", "zstd"));
        all.putAll(properties);
        TableMetadata metadata = TableMetadata.newTableMetadata(
                schema, PartitionSpec.unpartitioned(), SortOrder.unsorted(), defaultWarehouseLocation(name), all);
        return new TableState(name, metadata, true, io);
    }

    /** Returns the one door for changes to tables of this catalog. */
    public SnapshotCommitter committer() {
        return new SnapshotCommitter(this);
    }

    /** Returns how the database is set up, as its own {@code PRAGMA} tells. */
    String databaseSetting(String pragma) throws SQLException, InterruptedException {
        return connections.run(connection -> {
            try (PreparedStatement statement = connection.prepareStatement("PRAGMA " + pragma);
                    ResultSet row = statement.executeQuery()) {
                return row.getString(1);
            }
        });
    }

    TableOperations operations(TableIdentifier name) {
        return newTableOps(name);
    }

    private Map<TableIdentifier, TablePointer> resolve(Collection<TableIdentifier> names) {
        if (names.isEmpty()) {
            return Map.of();
        }
        List<String> parameters = new ArrayList<>();
        StringBuilder condition = new StringBuilder();
        for (TableIdentifier name : names) {
            condition
                    .append(condition.isEmpty() ? " AND (" : " OR ")
                    .append("(lower(table_namespace) = ? AND lower(table_name) = ?)");
            parameters.add(TableNames.folded(name.namespace().toString()));
            parameters.add(TableNames.folded(name.name()));
        }
        List<TablePointer> found = query(condition.append(')').toString(), parameters);
        Map<TableIdentifier, TablePointer> resolved = new LinkedHashMap<>();
        for (TableIdentifier name : names) {
            choose(name, found).ifPresent(pointer -> resolved.put(name, pointer));
        }
        return resolved;
    }

    private static Optional<TablePointer> choose(TableIdentifier name, List<TablePointer> found) {
        List<TablePointer> candidates = found.stream()
                .filter(pointer -> TableNames.folded(pointer.identifier()).equals(TableNames.folded(name)))
                .toList();
        Optional<TablePointer> exact = candidates.stream()
                .filter(pointer -> pointer.identifier().equals(name))
                .findFirst();
        if (exact.isEmpty() && candidates.size() > 1) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "Table name %s is ambiguous: it may mean any of %s"
                            .formatted(
                                    name,
                                    candidates.stream()
                                            .map(TablePointer::identifier)
                                            .toList()));
        }
        return exact.or(() -> candidates.stream().findFirst());
    }

    private List<TablePointer> query(String condition, List<String> parameters) {
        ClientPool.Action<List<TablePointer>, Connection, SQLException> action = connection -> {
            String sql = "SELECT table_namespace, table_name, metadata_location FROM iceberg_tables"
                    + " WHERE catalog_name = ? AND (iceberg_type = 'TABLE' OR iceberg_type IS NULL)"
                    + condition
                    + " ORDER BY table_namespace, table_name";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, name());
                for (int i = 0; i < parameters.size(); i++) {
                    statement.setString(i + 2, parameters.get(i));
                }
                return pointers(statement);
            }
        };
        try {
            return connections.run(action);
        } catch (SQLException e) {
            throw new EiderException(ErrorCode.CATALOG_FAILED, "Cannot read the catalog: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EiderException(ErrorCode.CANCELLED, "Interrupted while reading the catalog", e);
        }
    }

    private static List<TablePointer> pointers(PreparedStatement statement) throws SQLException {
        List<TablePointer> pointers = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                Namespace namespace = Namespace.of(rows.getString(1).split("\\.", -1));
                pointers.add(new TablePointer(TableIdentifier.of(namespace, rows.getString(2)), rows.getString(3)));
            }
        }
        return pointers;
    }

    private static String reason(Throwable error) {
        Throwable cause = Objects.requireNonNullElse(error.getCause(), error);
        return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
    }

    /** The upstream pool runs a statement again when its reply was lost, which turns one commit into two. */
    private static final class SingleAttemptPool extends JdbcClientPool {
        SingleAttemptPool(String uri, Map<String, String> properties) {
            super(uri, properties);
        }

        @Override
        public <R> R run(Action<R, Connection, SQLException> action, boolean retry)
                throws SQLException, InterruptedException {
            return super.run(action, false);
        }
    }
}
