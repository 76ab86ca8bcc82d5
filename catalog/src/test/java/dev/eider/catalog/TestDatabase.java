package dev.eider.catalog;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;

/**
 * An empty catalog database, the files of its tables, and all who open them: several processes of Eider, stock clients,
 * and those whose connections fail. Immutable; whoever opens a catalog closes it.
 */
record TestDatabase(String uri, String warehouse, KeptFiles files) {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    TestDatabase(String uri) {
        this(uri, "memory://" + UUID.randomUUID(), new KeptFiles());
    }

    static TestDatabase sqlite(Path directory) {
        return new TestDatabase("jdbc:sqlite:" + directory.resolve("catalog.db") + "?busy_timeout=30000");
    }

    static TestDatabase postgres() {
        return new TestDatabase(PostgresServer.orSkip().newDatabase());
    }

    /** Returns a database that has served another test: making a new one takes PostgreSQL longer than most tests. */
    static TestDatabase emptied(String uri) throws SQLException {
        try (Connection connection = DriverManager.getConnection(uri);
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    DO $$
                    DECLARE used RECORD;
                    BEGIN
                      FOR used IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
                        EXECUTE format('DELETE FROM %I', used.tablename);
                      END LOOP;
                    END $$""");
        }
        return new TestDatabase(uri);
    }

    CatalogConfig config(String opened) {
        return new CatalogConfig(opened, CatalogConfig.DEFAULT_NAME, warehouse);
    }

    CatalogConfig config(CatalogConfig.UpkeepConfig upkeep) {
        return new CatalogConfig(
                uri,
                CatalogConfig.DEFAULT_NAME,
                warehouse,
                Optional.empty(),
                Optional.empty(),
                CatalogConfig.Durability.FULL,
                upkeep);
    }

    TableCatalog open() {
        return TableCatalog.open(config(uri), properties -> files);
    }

    TableCatalog open(FileIO others) {
        return TableCatalog.open(config(uri), properties -> others);
    }

    TableCatalog open(CatalogConfig.UpkeepConfig upkeep, Clock clock) {
        return TableCatalog.open(config(upkeep), properties -> files, clock);
    }

    /** Opens a catalog without its default namespace, and with more properties, as Iceberg's own tests ask for it. */
    TableCatalog openBare(Map<String, String> additional) {
        Map<String, String> properties = new HashMap<>(TableCatalog.properties(config(uri)));
        properties.putAll(additional);
        TableCatalog catalog =
                TableCatalog.open(config(uri), properties, ignored -> files, Clock.systemUTC(), PATIENCE);
        catalog.dropNamespace(TableNames.DEFAULT_NAMESPACE);
        return catalog;
    }

    /** Opens a catalog whose connections fail as the script says, and which does not wait for long. */
    TableCatalog open(Faults faults, Duration patience) {
        return open(faults.uri(uri), patience);
    }

    /** Likewise, by the URI of another driver. */
    TableCatalog open(String opened, Duration patience) {
        CatalogConfig config = config(opened);
        return TableCatalog.open(
                config, TableCatalog.properties(config), properties -> files, Clock.systemUTC(), patience);
    }

    /** Opens it as any other Iceberg client does. */
    JdbcCatalog stock() {
        return stock(uri, files);
    }

    JdbcCatalog stock(Faults faults) {
        return stock(faults.uri(uri), files);
    }

    JdbcCatalog stock(String opened, FileIO io) {
        JdbcCatalog catalog = new JdbcCatalog(properties -> io, null, true);
        catalog.initialize(
                CatalogConfig.DEFAULT_NAME, Map.of("uri", opened, "warehouse", warehouse, "jdbc.schema-version", "V1"));
        return catalog;
    }

    /** Appends as one caller. */
    static CommitOutcome append(TableCatalog catalog, TableState table, String file) {
        return append(catalog, table, "main", file);
    }

    static CommitOutcome append(TableCatalog catalog, TableState table, String branch, String file) {
        return catalog.committer()
                .append(table, branch, List.of(TestCatalog.file(file, 1)), List.of(), SnapshotCommitter.PATIENCE);
    }
}
