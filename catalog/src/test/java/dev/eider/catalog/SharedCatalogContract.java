package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Other Iceberg clients on the same database, for each database that can hold a catalog. */
abstract class SharedCatalogContract {
    private static final TableIdentifier ORDERS = TestCatalog.table("orders");

    /** As pyiceberg's {@code SqlCatalog} makes them: no column for the type of an entry. */
    private static final List<String> PYICEBERG_TABLES = List.of(
            """
            CREATE TABLE iceberg_tables (
              catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL,
              table_name VARCHAR(255) NOT NULL, metadata_location VARCHAR(1000),
              previous_metadata_location VARCHAR(1000),
              PRIMARY KEY (catalog_name, table_namespace, table_name))""",
            """
            CREATE TABLE iceberg_namespace_properties (
              catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL,
              property_key VARCHAR(255) NOT NULL, property_value VARCHAR(1000) NOT NULL,
              PRIMARY KEY (catalog_name, namespace, property_key))""");

    private TestDatabase database;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void makeDatabase() throws Exception {
        database = newDatabase();
    }

    @Test
    void editsSeeTheTableAsItIsAfterAForeignCommit() {
        try (TableCatalog ours = database.open();
                TableCatalog others = database.open()) {
            TableState table = TestCatalog.create(ours, "orders");
            TestDatabase.append(ours, table, "ours").orThrow();
            others.committer()
                    .edit(others.load(ORDERS), edited -> edited.updateProperties()
                            .set("foreign", "yes")
                            .commit())
                    .orThrow();

            ours.committer()
                    .edit(table, edited -> {
                        assertThat(edited.properties()).containsEntry("foreign", "yes");
                        edited.updateProperties().set("own", "yes").commit();
                    })
                    .orThrow();

            assertThat(ours.load(ORDERS).metadata().properties()).containsKeys("foreign", "own");
        }
    }

    @Test
    void createsAgainWhatAnotherProcessHasDropped() {
        try (TableCatalog ours = database.open();
                TableCatalog others = database.open()) {
            TableState table = TestCatalog.create(ours, "orders");
            TestDatabase.append(ours, table, "ours").orThrow();
            assertThat(others.committer().drop(ORDERS)).isTrue();

            TableState again = TestCatalog.create(ours, "orders");

            assertThat(again.metadata().uuid()).isNotEqualTo(table.metadata().uuid());
        }
    }

    @Test
    void stockClientsAppendToOurTablesAndWeToTheirs() throws Exception {
        try (TableCatalog ours = database.open();
                JdbcCatalog stock = database.stock()) {
            TableState table = TestCatalog.create(ours, "orders");
            TestDatabase.append(ours, table, "ours-1").orThrow();
            append(stock, ORDERS, "theirs-1");
            TestDatabase.append(ours, table, "ours-2").orThrow();

            TableIdentifier made = TableIdentifier.of("sales", "made");
            stock.createNamespace(made.namespace());
            stock.createTable(made, TestCatalog.SCHEMA);
            append(stock, made, "theirs-1");
            TestDatabase.append(ours, ours.load(made), "ours-1").orThrow();
            append(stock, made, "theirs-2");

            assertThat(TableAudit.of(database, ORDERS).isWhole().files())
                    .containsExactlyInAnyOrder("ours-1", "theirs-1", "ours-2");
            TableAudit audit = TableAudit.of(database, made).isWhole();
            assertThat(audit.files()).containsExactlyInAnyOrder("theirs-1", "ours-1", "theirs-2");
            audit.isLogged(ours, made);
        }
    }

    @Test
    void appendsGoOnAfterAnotherClientHasChangedTheColumns() throws Exception {
        try (TableCatalog ours = database.open();
                JdbcCatalog stock = database.stock()) {
            TableState table = TestCatalog.create(ours, "orders");
            TestDatabase.append(ours, table, "ours-1").orThrow();
            org.apache.iceberg.Table theirs = stock.loadTable(ORDERS);
            theirs.updateSchema()
                    .addColumn("added", org.apache.iceberg.types.Types.IntegerType.get())
                    .commit();
            theirs.manageSnapshots().createBranch("theirs").commit();

            TestDatabase.append(ours, ours.load(ORDERS), "ours-2").orThrow();
            CommitOutcome stale = TestDatabase.append(ours, table, "ours-3");

            assertThat(stale).isInstanceOf(CommitOutcome.Rejected.class);
            assertThat(TableAudit.of(database, ORDERS).isWhole().files()).containsExactlyInAnyOrder("ours-1", "ours-2");
        }
    }

    @Test
    void nobodyLosesAnythingWhenAllAppendAtOnce() throws Exception {
        try (TableCatalog one = database.open();
                TableCatalog two = database.open();
                JdbcCatalog stock = database.stock()) {
            TableState table = TestCatalog.create(one, "orders");
            List<CompletableFuture<List<String>>> writers = List.of(
                    appendAll(one, table, "one"), appendAll(two, table, "two"), CompletableFuture.supplyAsync(() -> {
                        List<String> acknowledged = new ArrayList<>();
                        for (int i = 0; i < 8; i++) {
                            append(stock, ORDERS, "stock-" + i);
                            acknowledged.add("stock-" + i);
                        }
                        return acknowledged;
                    }));

            List<String> acknowledged =
                    writers.stream().flatMap(writer -> writer.join().stream()).toList();
            TableAudit audit = TableAudit.of(database, ORDERS).isWhole();
            assertThat(audit.files()).containsExactlyInAnyOrderElementsOf(acknowledged);
            audit.isLogged(one, ORDERS);
        }
    }

    private static CompletableFuture<List<String>> appendAll(TableCatalog catalog, TableState table, String writer) {
        return CompletableFuture.supplyAsync(() -> IntStream.range(0, 30)
                .mapToObj(i -> writer + "-" + i)
                .peek(file -> TestDatabase.append(catalog, table, file).orThrow())
                .toList());
    }

    @Test
    void opensAndAppendsToACatalogOfPyiceberg() throws Exception {
        TableIdentifier name = TableIdentifier.of(Namespace.of("sales"), "orders");
        makePyicebergCatalog(name);

        try (TableCatalog ours = database.open()) {
            TableState table = ours.load(name);
            TestDatabase.append(ours, table, "ours").orThrow();
            TableState created = TestCatalog.create(ours, "created");
            TestDatabase.append(ours, created, "first").orThrow();
            assertThat(ours.listNamespaces()).contains(Namespace.of("sales"));
            assertThat(ours.listTables(Namespace.of("sales"))).containsExactly(name);
        }

        assertThat(TableAudit.of(database, name).isWhole().files()).containsExactly("ours");
        assertThat(TableAudit.of(database, TestCatalog.table("created")).files())
                .containsExactly("first");
        assertThat(pointers()).isEqualTo(2);
    }

    private void makePyicebergCatalog(TableIdentifier name) throws SQLException {
        String location = database.warehouse() + "/sales/orders/metadata/00000-made-elsewhere.metadata.json";
        TableMetadata metadata = TableMetadata.newTableMetadata(
                TestCatalog.SCHEMA,
                PartitionSpec.unpartitioned(),
                SortOrder.unsorted(),
                database.warehouse() + "/sales/orders",
                Map.of());
        TableMetadataParser.write(metadata, database.files().newOutputFile(location));
        try (Connection connection = DriverManager.getConnection(database.uri());
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS iceberg_tables");
            statement.execute("DROP TABLE IF EXISTS iceberg_namespace_properties");
            for (String sql : PYICEBERG_TABLES) {
                statement.execute(sql);
            }
            statement.execute("INSERT INTO iceberg_tables VALUES ('eider', '%s', '%s', '%s', NULL)"
                    .formatted(name.namespace(), name.name(), location));
            statement.execute("INSERT INTO iceberg_namespace_properties VALUES ('eider', '%s', 'exists', 'true')"
                    .formatted(name.namespace()));
        }
    }

    /** Asks as pyiceberg does, which knows nothing of types. */
    private int pointers() throws SQLException {
        try (Connection connection = DriverManager.getConnection(database.uri());
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery(
                        "SELECT COUNT(*) FROM iceberg_tables WHERE metadata_location IS NOT NULL")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Appends as a stock client that tries again when all of Iceberg's own attempts were refused. */
    private static void append(JdbcCatalog stock, TableIdentifier name, String file) {
        while (true) {
            Table table = stock.loadTable(name);
            try {
                table.newAppend().appendFile(TestCatalog.file(file, 1)).commit();
                return;
            } catch (CommitFailedException crowdedOut) {
                assertThat(TableAudit.planned(stock.loadTable(name))).doesNotContain(file);
            }
        }
    }
}
