package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainTest {
    @TempDir
    private static Path directory;

    private static TestWarehouse test;
    private static long first;
    private static long last;

    @BeforeAll
    static void open() {
        test = new TestWarehouse(directory);
        first = append(0);
        append(100);
        last = append(200);
        test.execute("CREATE TABLE empty (id BIGINT, name VARCHAR, d DATE, f DOUBLE)");
    }

    @AfterAll
    static void everyBufferIsFreed() {
        test.close();
    }

    private static long append(long from) {
        return append("t", from);
    }

    private static long append(String table, long from) {
        return test.append(table, TestRows.numbered(test.allocator(), from, 10, 1))
                .snapshotId()
                .getAsLong();
    }

    @Test
    void tellsWhatIsReadOfEachTableAndWhy() {
        List<String> rows = test.query("explain -- why?\n SELECT count(*) FROM t WHERE id BETWEEN 101 AND 105");

        assertThat(rows.get(0)).isEqualTo("eider_scan|main.t");
        assertThat(rows.get(1))
                .startsWith("eider_snapshot|" + last + ", committed at 20")
                .endsWith("under schema 0");
        assertThat(rows.subList(2, 6))
                .containsExactly(
                        "eider_engine|planned: read.engine is planned",
                        "eider_filter|id >= 101 AND id <= 105",
                        "eider_manifests|3 considered, 0 pruned by partition",
                        "eider_data_files|3 considered, 0 pruned by partition, 2 by column bounds, 1 left");
        assertThat(rows.get(6)).isEqualTo("eider_delete_files|0 apply to these");
        assertThat(rows.get(7)).matches("eider_read\\|at most 10 rows and [1-9]\\d+ bytes of these files");
        assertThat(rows.get(8)).startsWith("physical_plan|UNGROUPED_AGGREGATE  Aggregates: count_star()");
        assertThat(rows.get(rows.size() - 1))
                .startsWith("physical_plan|  ")
                .contains("READ_PARQUET  Filters: id>=101 AND id<=105  (about ");
    }

    @Test
    void readsTheVersionThatTheStatementOrTheCallNames() {
        String version = "EXPLAIN SELECT * FROM t AS a AT (VERSION => %d) JOIN t AS b USING (id)".formatted(first);
        assertThat(test.query(version))
                .filteredOn(row -> row.startsWith("eider_s"))
                .map(row -> row.replaceFirst(",.*", ""))
                .containsExactly(
                        "eider_scan|main.t", "eider_snapshot|" + first, "eider_scan|main.t", "eider_snapshot|" + last);

        long older = append("v", 0);
        append("v", 10);
        ReadOptions asOf = ReadOptions.NONE.asOf(TableVersion.of(Long.toString(older)));
        BoundQuery bound = ((SqlStatement.Query) test.warehouse().prepare("EXPLAIN FROM v", asOf)).query();
        append("v", 20);
        assertThat(test.rows(test.warehouse().redeem(test.warehouse().ticket(bound))))
                .contains("eider_data_files|1 considered, 0 pruned by partition, 0 by column bounds, 1 left");
    }

    @Test
    void hasTheColumnsOfDuckDbBeforeAnythingRuns() {
        String endless = "EXPLAIN ANALYZE SELECT count(*) FROM range(1000000) a, range(1000000) b, t"
                + " WHERE (a.range + b.range) % 7 = 8";
        BoundQuery bound = ((SqlStatement.Query) test.warehouse().prepare(endless)).query();
        long started = System.nanoTime();

        assertThat(test.warehouse().schema(bound).getFields())
                .extracting(Field::getName)
                .containsExactly("explain_key", "explain_value");
        assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(20));
    }

    @Test
    void runsWhatIsToBeAnalysed() {
        assertThat(test.query("EXPLAIN ANALYZE SELECT name FROM t WHERE id < 5"))
                .anyMatch(row -> row.matches("analyzed_plan\\|Total time: [\\d.]+ ms, of all threads: [\\d.]+ ms"))
                .anyMatch(row -> row.matches("analyzed_plan\\| *READ_PARQUET .*\\(5 rows, [\\d.]+ ms\\)"));
        assertThatThrownBy(() -> test.query("EXPLAIN ANALYZE SELECT error('mine') FROM t"))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SQL))
                .hasMessageContaining("mine");
        assertThat(test.query("EXPLAIN SELECT error('mine') FROM t")).isNotEmpty();
        assertThat(test.query("SELECT count(*) FROM t")).containsExactly("30");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM t",
                "SELECT * FROM t WHERE id < 5",
                "SELECT count(*), max(id) FROM t",
                "SELECT count(*) FROM t",
                "SELECT * FROM t AT (VERSION => 'main') WHERE id > 5 ORDER BY name LIMIT 3",
                "SELECT * FROM \"t$files\" JOIN \"t$snapshots\" ON true",
                "SELECT * FROM table_changes('t', 0)",
                "SELECT * FROM t, (SHOW ALL TABLES)",
                "WITH x AS MATERIALIZED (FROM t) SELECT * FROM x, x AS y WHERE x.id = y.id",
                "SUMMARIZE t",
                "DESCRIBE t",
            })
    void namesNoFileAndNoRelationOfTheConnection(String sql) {
        for (String prefix : List.of("EXPLAIN ", "EXPLAIN ANALYZE ")) {
            assertThat(test.query(prefix + sql))
                    .isNotEmpty()
                    .noneMatch(row -> row.contains(directory.toString()))
                    .noneMatch(row -> row.contains(".parquet"))
                    .noneMatch(row -> row.contains("__eider"));
        }
    }

    @Test
    void tellsWhatIsNotRows() {
        assertThat(test.query("EXPLAIN FROM \"t$snapshots\", table_changes('t', %d, %d)".formatted(first, last)))
                .contains("eider_scan|main.t$snapshots", "eider_scan|table_changes of main.t after snapshot " + first);
        assertThat(test.query("EXPLAIN FROM empty")).contains("eider_snapshot|none: nothing was committed yet");
        assertThat(test.query("EXPLAIN SELECT 1")).noneMatch(row -> row.startsWith("eider"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "id = 3 # id = 3",
                "id < 3 OR name IS NULL # id < 3 OR name IS NULL",
                "name LIKE 'x%' AND id <> 4 # name STARTS WITH 'x' AND id <> 4",
                "name IN ('it''s', 'b') # name IN ('b', 'it''s')",
                "id IN (1,2,3,4,5,6,7,8,9,10,11,12) # id IN (1, 10, 11, 12, 2, 3, 4, 5, 6, 7, …) of 12 values",
                "id % 2 = 0 # none",
                "d >= DATE '2024-03-01' # d >= '2024-03-01'",
                "f IS NULL # f IS NULL",
            })
    void showsTheFilterThatTheStatementGave(String condition, String filter) {
        assertThat(test.query("EXPLAIN SELECT * FROM empty WHERE " + condition)).contains("eider_filter|" + filter);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "EXPLAIN # INVALID_SQL # Expected a query",
                "EXPLAIN ANALYZE # INVALID_SQL # Expected a query",
                "EXPLAIN (FORMAT json) SELECT 1 # UNSUPPORTED # no options",
                "EXPLAIN (ANALYZE) SELECT 1 # UNSUPPORTED # no options",
                "EXPLAIN EXPLAIN SELECT 1 # UNSUPPORTED # EXPLAIN",
                "EXPLAIN INSERT INTO t SELECT 1 # UNSUPPORTED # INSERT",
                "EXPLAIN ANALYZE DROP TABLE t # UNSUPPORTED # DROP",
                "EXPLAIN CREATE TABLE x (a INTEGER) # UNSUPPORTED # CREATE",
                "EXPLAIN COPY t TO '/tmp/x' # UNSUPPORTED # COPY",
                "EXPLAIN SELECT nothing FROM t # INVALID_SQL # nothing",
                "EXPLAIN SELECT * FROM nowhere # TABLE_NOT_FOUND # nowhere",
                "EXPLAIN SELECT * FROM read_text('/etc/passwd') # FORBIDDEN # read_text",
                "EXPLAIN SELECT getvariable('x') # FORBIDDEN # getvariable",
                "EXPLAIN SELECT 1; SELECT 2 # INVALID_SQL # more than one",
                "EXPLAIN ANALYZE VERBOSE SELECT 1 # INVALID_SQL # VERBOSE",
                "SELECT * FROM (EXPLAIN SELECT 1) # INVALID_SQL # SELECT",
                "EXPLAIN SELECT a b c # INVALID_SQL # column 20",
            })
    void holdsTheGateForWhatIsExplained(String sql, ErrorCode code, String message) {
        assertThatThrownBy(() -> test.query(sql))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
        assertThat(test.query("SELECT count(*) FROM t")).containsExactly("30");
    }

    @Test
    void explainsQueriesInBracketsAndOverSeveralLines() {
        assertThat(test.query("EXPLAIN (SELECT 1)")).isNotEmpty();
        assertThat(test.query("EXPLAIN\nANALYSE\nFROM t SELECT max(id)")).isNotEmpty();
        assertThatThrownBy(() -> test.query("EXPLAIN\nSELECT x y z")).hasMessageContaining("line 2");
    }
}
