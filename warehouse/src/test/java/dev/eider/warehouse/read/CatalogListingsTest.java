package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.Schema;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What SHOW tells of the catalog; the engine's own catalog holds other names, which nobody may see. */
class CatalogListingsTest {
    @TempDir
    private static Path directory;

    private static TestWarehouse test;

    @BeforeAll
    static void open() {
        test = new TestWarehouse(directory);
        test.execute("CREATE TABLE t (id BIGINT, tags VARCHAR[])");
        test.execute("CREATE TABLE \"B b\" (x INTEGER)");
        try (TableCatalog catalog = test.catalog()) {
            catalog.createNamespace(Namespace.of("Sales"));
            catalog.createNamespace(Namespace.of("a", "b"));
            catalog.createNamespace(Namespace.of("empty"));
            Schema schema = new Schema(Types.NestedField.optional(1, "it's", Types.DateType.get()));
            catalog.createTable(TableIdentifier.of("Sales", "orders"), schema);
            catalog.createTable(TableIdentifier.of(Namespace.of("a", "b"), "deep"), schema);
        }
    }

    @AfterAll
    static void close() {
        test.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "SHOW TABLES # B b,t",
                "show tables; -- all of them # B b,t",
                "DESCRIBE \"TABLES\" # B b,t",
                "SHOW TABLES FROM main # B b,t",
                "SHOW TABLES FROM eider # B b,t",
                "SHOW TABLES FROM sales # orders",
                "SHOW TABLES FROM EIDER.Sales # orders",
                "SHOW TABLES FROM \"a.b\" # deep",
                "SELECT name FROM (SHOW TABLES) WHERE name LIKE 't%' # t",
                "SELECT s.n FROM (/* x */ SHOW TABLES FROM \"Sales\") AS s(n) # orders",
                "(SHOW TABLES) UNION ALL (SHOW TABLES FROM sales) # B b,t,orders",
                "SELECT name FROM (SHOW TABLES) JOIN (SHOW ALL TABLES) USING (name) ORDER BY ALL # B b,t",
                "SHOW DATABASES # eider",
                "FROM (SHOW SCHEMAS) SELECT schema_name WHERE schema_name <> 'passing' # Sales,a,a.b,empty,main",
                "SELECT database_name || schema_name FROM (SHOW SCHEMAS) WHERE current # eidermain",
                "SELECT DISTINCT \"database\" FROM (SHOW) # eider",
                "SELECT schema || '.' || name FROM (SHOW ALL TABLES) WHERE schema <> 'passing' # Sales.orders,a.b.deep,main.B b,main.t",
                "SELECT column_names[1] || column_types[1] FROM (DESCRIBE) WHERE name IN ('orders', 't') # it'sDATE,idBIGINT",
                "SELECT column_types[2] FROM (SHOW ALL TABLES) WHERE name = 't' # VARCHAR[]",
                "SELECT count(*) FROM t, (SHOW TABLES) # 0",
                "SELECT column_name FROM (SHOW t) # id,tags",
                "SELECT column_name FROM (DESCRIBE (SHOW TABLES)) # name",
            })
    void listsWhatThereIs(String sql, String rows) {
        assertThat(test.query(sql)).containsExactly(rows.split(",", -1));
    }

    @Test
    void hasTheColumnsOfDuckDb() {
        assertThat(columns("SHOW TABLES")).containsExactly("name");
        assertThat(columns("SHOW DATABASES")).containsExactly("database_name");
        assertThat(columns("SHOW SCHEMAS")).containsExactly("database_name", "schema_name", "current");
        assertThat(columns("SHOW ALL TABLES"))
                .containsExactly("database", "schema", "name", "column_names", "column_types", "temporary");
    }

    private List<String> columns(String sql) {
        return test
                .warehouse()
                .schema(((SqlStatement.Query) test.warehouse().prepare(sql)).query())
                .getFields()
                .stream()
                .map(Field::getName)
                .toList();
    }

    @Test
    void showsTheTablesOfTheMomentItRunsWhateverVersionIsRead() {
        try (TableCatalog catalog = test.catalog()) {
            catalog.createNamespace(Namespace.of("passing"));
            catalog.createTable(TableIdentifier.of("passing", "by"), new Schema());
            catalog.createTable(TableIdentifier.of("passing", "on"), new Schema());
        }
        ReadOptions asOf = ReadOptions.NONE.asOf(TableVersion.of("2001-01-01"));
        BoundQuery bound = ((SqlStatement.Query) test.warehouse().prepare("SHOW TABLES FROM passing", asOf)).query();
        BoundQuery redeemed = test.warehouse().redeem(test.warehouse().ticket(bound));
        test.execute("DROP TABLE passing.by");

        assertThat(test.rows(redeemed)).containsExactly("on");
        test.execute("DROP TABLE passing.\"on\"");
        assertThat(test.query("SHOW TABLES FROM passing")).isEmpty();
    }

    @Test
    void listsNothingWhereThereIsNothing() {
        assertThat(test.query("SHOW TABLES FROM empty")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHOW TABLES FROM nowhere", "SHOW TABLES FROM memory.main", "SHOW TABLES FROM temp"})
    void refusesANamespaceThatIsNotThere(String sql) {
        assertThatThrownBy(() -> test.query(sql)).isInstanceOfSatisfying(EiderException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.NAMESPACE_NOT_FOUND));
    }
}
