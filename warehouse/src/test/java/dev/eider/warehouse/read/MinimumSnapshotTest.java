package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MinimumSnapshotTest {
    @TempDir
    Path directory;

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
    void readsATableThatContainsTheSnapshot() {
        long first = append("t");
        long second = append("t");

        assertThat(query("SELECT count(*) FROM t", one(first))).containsExactly("20");
        assertThat(query("SELECT count(*) FROM t", one(second))).containsExactly("20");
        assertThat(query("SELECT count(*) FROM t a JOIN t b USING (id)", one(first)))
                .containsExactly("40");
        assertThat(test.rows(test.warehouse().bindTable(TestWarehouse.table("t"), one(second))))
                .hasSize(20);
    }

    @Test
    void readsATableWhoseSnapshotWasTakenOutOfTheHistory() {
        long first = append("t");
        append("t");
        long third = append("t");
        change("t", table -> table.expireSnapshots().expireSnapshotId(first).commit());

        assertThat(query("SELECT count(*) FROM t", one(first))).containsExactly("30");
        assertRefused(first + 1, "SELECT count(*) FROM t", one(first + 1));
        assertThat(query("SELECT count(*) FROM t AT (VERSION => %d)".formatted(third), one(first)))
                .containsExactly("30");
    }

    @Test
    void refusesASnapshotThatWasRolledBack() {
        long first = append("t");
        long second = append("t");
        change("t", table -> table.manageSnapshots().rollbackTo(first).commit());

        assertRefused(second, "SELECT * FROM t", one(second));
        assertThatThrownBy(() -> test.warehouse().bindTable(TestWarehouse.table("t"), one(second)))
                .hasMessageContaining("at snapshot " + first);
    }

    @Test
    void refusesAVersionBeforeTheSnapshot() {
        long first = append("t");
        long second = append("t");

        assertRefused(second, "SELECT * FROM t AT (VERSION => %d)".formatted(first), one(second));
    }

    @Test
    void followsTheParentsOfOtherBranches() {
        long first = append("t");
        long second = append("t");
        change(
                "t",
                table -> table.manageSnapshots().createBranch("audit", first).commit());

        assertThat(query("SELECT count(*) FROM t AT (VERSION => 'audit')", one(first)))
                .containsExactly("10");
        assertRefused(second, "SELECT * FROM t AT (VERSION => 'audit')", one(second));
    }

    @Test
    void refusesASnapshotOfAnotherTable() {
        append("t");
        long other = append("other");

        assertRefused(other, "SELECT * FROM t", one(other));
        test.execute("CREATE TABLE empty (id BIGINT)");
        assertRefused(other, "SELECT * FROM empty", one(other));
        assertRefused(-1, "SELECT * FROM empty", one(-1));
    }

    @Test
    void asksEachTableForItsOwnSnapshot() {
        long a = append("a");
        long b = append("b");

        assertThat(query("SELECT count(*) FROM A JOIN b USING (id)", each("a", a, "B", b)))
                .containsExactly("10");
        assertThat(query("SELECT count(*) FROM a", each("a", a, "b", a))).containsExactly("10");
        assertRefused(a, "SELECT count(*) FROM a JOIN b USING (id)", each("a", a, "b", a));
    }

    @Test
    void refusesOneSnapshotForSeveralTablesOrNone() {
        long a = append("a");
        append("b");

        for (String sql : List.of("SELECT * FROM a JOIN b USING (id)", "SELECT 1")) {
            assertThatThrownBy(() -> query(sql, one(a)))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST))
                    .hasMessageContaining("min-snapshot");
        }
    }

    @Test
    void refusesUpdates() {
        long a = append("a");

        assertThatThrownBy(() -> test.warehouse().prepare("INSERT INTO a SELECT * FROM a", one(a)))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED));
    }

    private long append(String table) {
        return test.append(table, TestRows.numbered(test.allocator(), 0, 10, 1))
                .snapshotId()
                .getAsLong();
    }

    private void change(String table, Consumer<Table> change) {
        try (TableCatalog catalog = test.catalog()) {
            change.accept(catalog.loadTable(TestWarehouse.table(table)));
        }
    }

    private List<String> query(String sql, ReadOptions options) {
        return test.rows(((SqlStatement.Query) test.warehouse().prepare(sql, options)).query());
    }

    private static ReadOptions one(long snapshotId) {
        return new ReadOptions(OptionalLong.of(snapshotId), Map.of());
    }

    private static ReadOptions each(String table, long snapshotId, String other, long otherId) {
        return new ReadOptions(
                OptionalLong.empty(),
                Map.of(TestWarehouse.table(table), snapshotId, TestWarehouse.table(other), otherId));
    }

    private void assertRefused(long named, String sql, ReadOptions options) {
        assertThatThrownBy(() -> query(sql, options))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND))
                .hasMessageContaining("does not contain the required snapshot")
                .hasMessageContaining(Long.toString(named));
    }
}
