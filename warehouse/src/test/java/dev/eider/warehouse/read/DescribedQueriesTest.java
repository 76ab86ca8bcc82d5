package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered of a statement's columns is never that of another table, or of the same before it changed. */
class DescribedQueriesTest {
    @TempDir
    private Path directory;

    private TestWarehouse test;

    @BeforeEach
    void open() {
        test = new TestWarehouse(directory);
    }

    @AfterEach
    void everyBufferIsFreed() {
        test.close();
    }

    @Test
    void describesAgainWhatHasOtherColumnsNow() {
        test.execute("CREATE TABLE t (id BIGINT, name VARCHAR)");
        test.execute("INSERT INTO t VALUES (1, 'a')");
        assertThat(columns("SELECT * FROM t")).containsExactly("id", "name");
        long before = Long.parseLong(
                test.query("SELECT snapshot_id FROM \"t$snapshots\"").get(0));
        test.execute("INSERT INTO t VALUES (2, 'b')");

        try (TableCatalog foreign = test.catalog()) {
            foreign.loadTable(TestWarehouse.table("t"))
                    .updateSchema()
                    .addColumn("more", Types.IntegerType.get())
                    .commit();
        }

        assertThat(columns("SELECT * FROM t")).containsExactly("id", "name", "more");
        assertThat(columns("SELECT * FROM t AT (VERSION => %d)".formatted(before)))
                .containsExactly("id", "name");
        assertThat(columns("SELECT * FROM t")).containsExactly("id", "name", "more");
    }

    @Test
    void describesAgainWhatIsAnotherTableNow() {
        test.execute("CREATE TABLE t (id BIGINT)");
        assertThat(columns("SELECT * FROM t")).containsExactly("id");

        test.execute("DROP TABLE t");
        test.execute("CREATE TABLE t (other VARCHAR)");

        assertThat(columns("SELECT * FROM t")).containsExactly("other");
    }

    private List<String> columns(String sql) {
        BoundQuery query = ((SqlStatement.Query) test.warehouse().prepare(sql)).query();
        return test.warehouse().schema(query).getFields().stream()
                .map(Field::getName)
                .toList();
    }
}
