package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableCatalogTest {
    @TempDir
    Path directory;

    @Test
    void keepsTablesOverARestart() throws Exception {
        InMemoryFileIO files = new InMemoryFileIO() {
            @Override
            public void close() {
                // The files outlive the catalog, as they do on a disk.
            }
        };
        String uuid;
        try (TableCatalog catalog = TestCatalog.open(directory, properties -> files)) {
            uuid = TestCatalog.create(catalog, "orders").metadata().uuid();
        }

        try (TableCatalog catalog = TestCatalog.open(directory, properties -> files)) {
            assertThat(catalog.load(TestCatalog.table("orders")).metadata().uuid())
                    .isEqualTo(uuid);
            assertThat(catalog.namespaceExists(TableNames.DEFAULT_NAMESPACE)).isTrue();
        }
    }

    @Test
    void writesAheadAndSyncsEveryCommit() throws Exception {
        try (TableCatalog catalog = TestCatalog.open(directory)) {
            assertThat(catalog.databaseSetting("journal_mode")).isEqualTo("wal");
            assertThat(catalog.databaseSetting("synchronous")).isEqualTo("2");
            assertThat(catalog.databaseSetting("busy_timeout")).isEqualTo("30000");
        }
        assertThat(columns()).contains("iceberg_type");
    }

    private List<String> columns() throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        TestCatalog.config(directory).uri());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT name FROM pragma_table_info('iceberg_tables')")) {
            List<String> names = new java.util.ArrayList<>();
            while (rows.next()) {
                names.add(rows.getString(1));
            }
            return names;
        }
    }

    @Test
    void opensForAStockCatalogUnderTheSameName() throws Exception {
        InMemoryFileIO files = new InMemoryFileIO();
        try (TableCatalog catalog = TestCatalog.open(directory, properties -> files);
                JdbcCatalog stock = new JdbcCatalog(properties -> files, null, true)) {
            TestCatalog.create(catalog, "orders");
            stock.initialize(
                    CatalogConfig.DEFAULT_NAME,
                    Map.of(
                            "uri", TestCatalog.config(directory).uri(),
                            "warehouse", "memory://warehouse",
                            "jdbc.schema-version", "V1"));

            assertThat(stock.listTables(TableNames.DEFAULT_NAMESPACE)).containsExactly(TestCatalog.table("orders"));
            stock.loadTable(TestCatalog.table("orders"))
                    .newAppend()
                    .appendFile(TestCatalog.file("foreign.parquet", 3))
                    .commit();

            assertThat(catalog.load(TestCatalog.table("orders"))
                            .metadata()
                            .currentSnapshot()
                            .summary())
                    .containsEntry("total-records", "3");
        }
    }

    @Test
    void givesEveryTableADirectoryOfItsOwn() throws Exception {
        try (TableCatalog catalog = TestCatalog.open(directory)) {
            String first = TestCatalog.create(catalog, "a").metadata().location();
            catalog.committer().drop(TestCatalog.table("a"));
            String second = TestCatalog.create(catalog, "a").metadata().location();

            assertThat(first).isNotEqualTo(second).startsWith("memory://warehouse/main/a-");
        }
    }

    @Test
    void findsNamesWithoutRegardToCaseAndPrefersTheExactOne() throws Exception {
        try (TableCatalog catalog = TestCatalog.open(directory)) {
            TestCatalog.create(catalog, "Orders");

            assertThat(catalog.load(TableIdentifier.of("MAIN", "oRDERS")).identifier())
                    .isEqualTo(TestCatalog.table("Orders"));

            catalog.createTable(TestCatalog.table("ORDERS"), TestCatalog.SCHEMA);
            assertThat(catalog.load(TestCatalog.table("ORDERS")).identifier().name())
                    .isEqualTo("ORDERS");
            assertThatThrownBy(() -> catalog.load(TestCatalog.table("orders")))
                    .isInstanceOf(EiderException.class)
                    .hasMessageContaining("main.ORDERS")
                    .hasMessageContaining("main.Orders");
        }
    }

    @Test
    void loadsManyTablesAtOneMomentAndLeavesOutWhatIsMissing() throws Exception {
        try (TableCatalog catalog = TestCatalog.open(directory)) {
            TestCatalog.create(catalog, "a");
            TestCatalog.create(catalog, "b");

            assertThat(catalog.load(Set.of(
                                    TestCatalog.table("a"), TestCatalog.table("b"), TestCatalog.table("missing")))
                            .keySet())
                    .containsExactlyInAnyOrder(TestCatalog.table("a"), TestCatalog.table("b"));
            assertThat(catalog.list()).extracting(ListedTable::identifier).hasSize(2);
        }
    }

    @Test
    void namesTheTableThatIsMissing() throws Exception {
        try (TableCatalog catalog = TestCatalog.open(directory)) {
            assertThatThrownBy(() -> catalog.load(TestCatalog.table("nope")))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND))
                    .hasMessage("Table main.nope does not exist");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "n*",
                "n[1]",
                "a/b",
                "..",
                ".",
                "a\\b",
                "a.b",
                "t$files",
                " padded",
                "new\nline",
                "nul\0",
                "a;b",
                "\"q\""
            })
    void refusesNamesThatWouldNeedEscaping(String name) throws Exception {
        try (TableCatalog catalog = TestCatalog.open(directory)) {
            assertThatThrownBy(() -> catalog.stage(TestCatalog.table(name), TestCatalog.SCHEMA, Map.of()))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "Übersicht 2026", "a-b_c", "数据"})
    void acceptsNamesOfLettersInAnyScript(String name) throws Exception {
        try (TableCatalog catalog = TestCatalog.open(directory)) {
            TestCatalog.create(catalog, name);

            assertThat(catalog.load(TestCatalog.table(name)).identifier().name())
                    .isEqualTo(name);
        }
    }

    @Test
    void namesTheDatabaseThatCannotBeOpened() {
        CatalogConfig config = new CatalogConfig("jdbc:sqlite:/dev/null/catalog.db", "eider", "memory://warehouse");

        assertThatThrownBy(() -> TableCatalog.open(config, properties -> new InMemoryFileIO()))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CATALOG_FAILED))
                .hasMessageContaining("/dev/null/catalog.db");
    }

    @Test
    void readsNestedNamespaces() throws Exception {
        try (TableCatalog catalog = TestCatalog.open(directory)) {
            TableIdentifier nested = TableIdentifier.of(Namespace.of("a", "b"), "t");
            catalog.committer()
                    .create(catalog.stage(nested, TestCatalog.SCHEMA, Map.of()))
                    .orThrow();

            assertThat(catalog.load(nested).identifier()).isEqualTo(nested);
        }
    }
}
