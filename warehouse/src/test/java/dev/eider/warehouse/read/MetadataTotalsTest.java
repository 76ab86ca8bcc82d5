package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataTotalsTest {
    @TempDir
    static Path directory;

    private static TestWarehouse test;
    private static long first;

    @BeforeAll
    static void open() {
        test = new TestWarehouse(directory);
        first = test.append("t", TestRows.numbered(test.allocator(), 100, 10, 1))
                .snapshotId()
                .orElseThrow();
        test.append("t", TestRows.numbered(test.allocator(), 300, 5, 2));
    }

    @AfterAll
    static void close() {
        test.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "SELECT count(*) FROM t # 20",
                "SELECT min(id), max(ID), count(*), COUNT(/* all */ *) AS n, count(1) m, k: count() FROM main.t LIMIT 5 # 100|309|20|20|20|20",
                "SELECT count(42) FROM t # 20",
                "SELECT (count(*)) AS n FROM t # 20",
                "SELECT max(x.id), min(x.\"id\") FROM t AS x # 309|100",
                "SELECT max(eider.main.t.id) FROM main.t # 309",
                "FROM t SELECT count(*) # 20",
                "SELECT 5 < (SELECT count(*) FROM t) # true",
                "WITH c AS (SELECT count(*) FROM t) SELECT * FROM c, (SELECT max(id) AS m FROM t) # 20|309",
                "SELECT count(*) FROM t UNION ALL SELECT min(id) FROM t ORDER BY 1 DESC LIMIT 1 # 100",
                "SELECT count(*) FROM (SELECT count(*) FROM t) # 1",
            })
    void readsNoDataFileForTotals(String sql, String row) {
        assertThat(withoutDataFiles(sql)).containsExactly(row);
    }

    @Test
    void answersForTheSnapshotThatIsPinned() {
        assertThat(withoutDataFiles("SELECT count(*), max(id) FROM t AT (VERSION => %d)".formatted(first)))
                .containsExactly("10|109");
        assertThat(withoutDataFiles("SELECT (SELECT count(*) FROM t) - (SELECT count(*) FROM t AT (VERSION => %d))"
                        .formatted(first)))
                .containsExactly("10");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(name) FROM t",
                "SELECT max(name) FROM t",
                "SELECT count(*), min(name) FROM t",
                "SELECT count(*) FROM t WHERE id > 0",
                "SELECT count(*) FROM t, t AS u",
                "SELECT count(*), sum(id) FROM t",
                "SELECT max(id + 1) FROM t",
                "SELECT max(id, 2) FROM t",
                "SELECT count(*) FILTER (id > 105) FROM t",
                "SELECT count(DISTINCT id) FROM t",
                "SELECT count(*) FROM t GROUP BY id",
                "SELECT count(*) FROM t GROUP BY ALL",
                "SELECT count(*) FROM t HAVING max(id) > 3",
                "SELECT DISTINCT count(*) FROM t",
                "SELECT count(*) FROM t ORDER BY max(id)",
                "SELECT count(*) FROM t USING SAMPLE 10%",
                "SELECT count(*) FROM t TABLESAMPLE 10%",
                "SELECT count(*) OVER () FROM t",
                "SELECT count(NULL) FROM t",
                "SELECT max(a) FROM t AS x(a, b)",
                "SELECT (SELECT max(t.id)) FROM t",
            })
    void leavesAnythingElseToTheEngine(String sql) {
        assertThat(test.query(sql)).isNotNull();
        assertThatThrownBy(() -> withoutDataFiles(sql)).isInstanceOf(EiderException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "count(*)",
                "count()",
                "COUNT( * ), Count(1), count(007)",
                "MIN(ID), max(t.\"id\"), max(main.t.id), count(*) AS \"N\"",
                "min(id) AS lo, max(id)",
            })
    void namesAndTypesColumnsAsTheEngineDoes(String items) {
        String sql = "SELECT %s FROM t".formatted(items);

        assertThat(schema(sql)).isEqualTo(schema(sql + " WHERE true"));
        assertThat(test.query("DESCRIBE " + sql)).isEqualTo(test.query("DESCRIBE " + sql + " WHERE true"));
        assertThat(test.query(sql)).isEqualTo(test.query(sql + " WHERE true"));
    }

    @Test
    void countsNothingInATableWithoutRows() {
        test.append("e", TestRows.numbered(test.allocator(), 0, 0, 0));

        assertThat(test.query("SELECT count(*), min(id), max(id) FROM e")).containsExactly("0|null|null");
    }

    @Test
    void reportsColumnsThatAreNotThere() {
        assertThatThrownBy(() -> test.query("SELECT count(*), max(nothing) FROM t"))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("nothing");
    }

    private Schema schema(String sql) {
        return test.warehouse().schema(((SqlStatement.Query) test.warehouse().prepare(sql)).query());
    }

    private static List<String> withoutDataFiles(String sql) {
        Path data = test.files().stream()
                .filter(file -> file.endsWith(".parquet"))
                .map(Locations::path)
                .findFirst()
                .orElseThrow()
                .getParent();
        Path hidden = data.resolveSibling("hidden");
        try {
            Files.move(data, hidden);
            try {
                return test.query(sql);
            } finally {
                Files.move(hidden, data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
