package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PIVOT without lists of values gives what DuckDB alone gives, of the snapshot that is read. */
class DynamicPivotTest {
    private static final String ROWS = "SELECT i AS id, i % 3 AS k, i * 1.5::DOUBLE AS v,"
            + " DATE '2024-01-01' + (i % 3)::INTEGER AS d, ['a', 'it''s', NULL, 'B b'][1 + i % 4] AS s,"
            + " i % 2 = 0 AS b, TIMESTAMP '2024-01-01 10:00:00' + INTERVAL (i % 2) HOUR AS ts, 7 AS \"order\""
            + " FROM range(12) r(i)";

    @TempDir
    private static Path directory;

    private static TestWarehouse test;
    private static Connection duckDb;

    @BeforeAll
    static void open() throws SQLException {
        test = new TestWarehouse(directory);
        duckDb = DriverManager.getConnection("jdbc:duckdb:");
        for (String name : List.of("t", "empty", "changing")) {
            String columns =
                    " (id BIGINT, k BIGINT, v DOUBLE, d DATE, s VARCHAR, b BOOLEAN, ts TIMESTAMP, \"order\" INTEGER)";
            test.execute("CREATE TABLE " + name + columns);
            try (Statement statement = duckDb.createStatement()) {
                statement.execute("CREATE TABLE " + name + columns);
            }
        }
        test.execute("INSERT INTO t " + ROWS);
        try (Statement statement = duckDb.createStatement()) {
            statement.execute("INSERT INTO t " + ROWS);
        }
    }

    @AfterAll
    static void everyBufferIsFreed() throws SQLException {
        duckDb.close();
        test.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PIVOT t ON k USING sum(v) GROUP BY b",
                "pivot main.t on k",
                "PIVOT_WIDER t ON s USING count(*) AS n, max(v) AS \"order\" GROUP BY b ORDER BY b DESC LIMIT 1; -- one",
                "PIVOT t ON v USING sum(id) GROUP BY d",
                "PIVOT t ON d, b USING sum(id) GROUP BY k",
                "PIVOT t ON d, b IN (true), USING sum(id), GROUP BY k, s",
                "PIVOT t ON ts USING sum(id) AS \"ON\" GROUP BY (k, b)",
                "PIVOT t ON (k, b) USING sum(id) GROUP BY d",
                "PIVOT t ON k || '_' || b /* USING */ USING sum(id) GROUP BY d",
                "PIVOT t ON CASE WHEN k IN (1, 2) THEN 'one' ELSE 'z' END USING sum(id) GROUP BY d",
                "PIVOT t ON k > 1 USING sum(id) GROUP BY d",
                "PIVOT t ON k IS DISTINCT FROM 1 USING sum(id) GROUP BY d",
                "PIVOT t ON (k IN (1, 2)) USING sum(id) GROUP BY d",
                "PIVOT t ON [k, 1], {'x': k} USING sum(id) GROUP BY d",
                "PIVOT t ON \"order\" USING sum(id) GROUP BY d",
                "PIVOT (SELECT d, k, v FROM t WHERE k < 2) ON k USING sum(v) GROUP BY d",
                "PIVOT (FROM t JOIN t AS u USING (id) SELECT t.k, u.d, id) ON k USING sum(id) GROUP BY d",
                "PIVOT t AS x ON k USING sum(v) GROUP BY b",
                "SELECT * FROM (PIVOT t ON k USING sum(id) GROUP BY d) p WHERE d > DATE '2024-01-01'",
                "SELECT p.\"0\" + 1 FROM (PIVOT t ON k USING sum(id) GROUP BY d) AS p, (PIVOT t ON b USING sum(id)) AS q",
                "WITH x AS (FROM t WHERE k < 2) PIVOT x ON k USING sum(id) GROUP BY d ORDER BY d LIMIT 1",
                "WITH x AS (FROM t WHERE k < 2), p AS (PIVOT x ON k USING sum(id) GROUP BY d) FROM p",
                "(PIVOT t ON k USING sum(id) GROUP BY d) UNION ALL (PIVOT t ON k USING max(id) GROUP BY d)",
                "SELECT 1 AS d, 2::BIGINT, 3::BIGINT, 4 UNION ALL PIVOT t ON k USING sum(id) GROUP BY b",
                "PIVOT t ON k USING sum(id) GROUP BY d UNION ALL SELECT DATE '2020-01-01', 1, 2, 3",
                "PIVOT (PIVOT t ON k USING sum(id) GROUP BY d) ON d USING count(*)",
                "WITH p AS (PIVOT t ON k USING sum(id) GROUP BY d) PIVOT p ON d USING count(*)",
                "PIVOT (FROM t WHERE false) ON k USING sum(id) GROUP BY d",
                "PIVOT t ON k, (nullif(k, k)) USING sum(id), max(v) AS m GROUP BY d",
                "PIVOT empty ON k USING sum(id)",
                "PIVOT empty ON k, b USING sum(id) GROUP BY d ORDER BY d",
                "PIVOT t ON k IN (SELECT x FROM (VALUES (2), (1), (2), (NULL)) y(x)) USING sum(id) GROUP BY d",
                "PIVOT t ON k IN (FROM range(2)), b USING sum(id) GROUP BY d",
                "PIVOT t ON k IN (SELECT k FROM empty) USING sum(id) GROUP BY d",
                "DESCRIBE PIVOT t ON k USING sum(id)",
                "SELECT (SELECT \"1\" FROM (PIVOT t ON k USING sum(id)) LIMIT 1) IS NULL AS z",
                "SELECT 'PIVOT t ON k', \"pivot\" FROM (SELECT 1 AS \"pivot\")",
                "SELECT * FROM t PIVOT (sum(id) FOR k IN (0, 1) GROUP BY s)",
                "SELECT * FROM (FROM t) PIVOT (sum(id) FOR k IN (0, 1) GROUP BY s)",
            })
    void givesWhatDuckDbGives(String sql) throws SQLException {
        String plain = sql.replaceFirst(";.*", "");
        String texts = "SELECT COLUMNS(*)::VARCHAR FROM (" + plain + ")";

        assertThat(columns(sql, ReadOptions.NONE)).isEqualTo(duckDb(plain).names());
        assertThat(test.query(texts))
                .containsExactlyInAnyOrderElementsOf(duckDb(texts).rows());
    }

    private record Answer(List<String> names, List<String> rows) {}

    private static Answer duckDb(String sql) throws SQLException {
        Answer answer = new Answer(new ArrayList<>(), new ArrayList<>());
        try (Statement statement = duckDb.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            int columns = result.getMetaData().getColumnCount();
            for (int i = 1; i <= columns; i++) {
                answer.names().add(result.getMetaData().getColumnLabel(i));
            }
            while (result.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    cells.add(String.valueOf(result.getString(i)));
                }
                answer.rows().add(String.join("|", cells));
            }
        }
        return answer;
    }

    @Test
    void findsTheValuesOfTheSnapshotThatIsRead() {
        test.execute("INSERT INTO changing (id, k) VALUES (1, 10), (2, 20)");
        long first = snapshot();
        test.execute("INSERT INTO changing (id, k) VALUES (3, 30)");
        String latest = "PIVOT (SELECT id, k FROM changing) ON k USING sum(id)";

        assertThat(columns(latest, ReadOptions.NONE)).containsExactly("10", "20", "30");
        assertThat(columns(
                        "PIVOT (SELECT id, k FROM changing AT (VERSION => %d)) ON k USING sum(id)".formatted(first),
                        ReadOptions.NONE))
                .containsExactly("10", "20");
        ReadOptions asOf = ReadOptions.NONE.asOf(new TableVersion.AtSnapshot(first));
        assertThat(columns(latest, asOf)).containsExactly("10", "20");
        assertThat(columns(
                        "PIVOT \"changing$files\" ON record_count USING count(*) GROUP BY content", ReadOptions.NONE))
                .containsExactly("content", "1", "2");
    }

    private static long snapshot() {
        return Long.parseLong(test.query("SELECT max_by(snapshot_id, committed_at) FROM \"changing$snapshots\"")
                .get(0));
    }

    /** DuckDB puts the outer clause behind the inner one, which then misses it. */
    @Test
    void seesTheWithClausesAroundIt() {
        assertThat(test.query(
                        "WITH x AS NOT MATERIALIZED (FROM t WHERE k < 2), y(n) AS (SELECT 1) FROM (WITH z AS (FROM x)"
                                + " PIVOT z ON k USING sum(id)::INTEGER GROUP BY b), y ORDER BY b"))
                .containsExactly("false|12|8|1", "true|6|14|1");
    }

    @Test
    void hasTheSameColumnsWheneverItsTicketIsUsed() {
        test.execute("CREATE TABLE growing (k INTEGER)");
        test.execute("INSERT INTO growing VALUES (1), (2)");
        BoundQuery bound = ((SqlStatement.Query) test.warehouse().prepare("PIVOT growing ON k")).query();
        String ticket = test.warehouse().ticket(bound);
        test.execute("INSERT INTO growing VALUES (3)");

        BoundQuery redeemed = test.warehouse().redeem(ticket);
        assertThat(test.warehouse().schema(redeemed)).isEqualTo(test.warehouse().schema(bound));
        assertThat(test.rows(redeemed)).isEqualTo(test.rows(bound)).containsExactly("1|1");
        assertThat(test.query("PIVOT growing ON k")).containsExactly("1|1|1");
    }

    @Test
    void contradictsNoMinimumSnapshot() {
        long snapshot = Long.parseLong(
                test.query("SELECT snapshot_id FROM \"t$snapshots\"").get(0));
        ReadOptions seen = new ReadOptions(OptionalLong.of(snapshot), Map.of());
        ReadOptions missed = new ReadOptions(OptionalLong.of(snapshot + 1), Map.of());
        String pivot = "PIVOT t ON k IN (FROM range(2)), b USING sum(id) GROUP BY d";

        assertThat(columns(pivot, seen)).containsExactly("d", "0_false", "0_true", "1_false", "1_true");
        assertThatThrownBy(() -> columns(pivot, missed))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND));
    }

    @Test
    void fillsATableAndIsExplained() {
        test.execute("CREATE TABLE wide (x DOUBLE, y DOUBLE, z DOUBLE)");

        assertThat(test.execute("INSERT INTO wide PIVOT (SELECT k, v FROM t) ON k USING sum(v)"))
                .isEqualTo(1);
        assertThat(test.query("FROM wide")).containsExactly("27.0|33.0|39.0");
        assertThat(test.query("EXPLAIN ANALYZE PIVOT t ON k USING sum(v)")).contains("eider_scan|main.t");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "PIVOT (FROM range(1001) r(i)) ON i USING count(*) # TOO_LARGE # more than 1000 columns of the values of i",
                "PIVOT (SELECT i, i % 40 AS j FROM range(999) r(i)) ON i, j # TOO_LARGE # of the values of j",
                "PIVOT (SELECT repeat('x', 201) AS s) ON s # TOO_LARGE # longer than 200 characters",
                "PIVOT t JOIN t AS u USING (id) ON k # UNSUPPORTED # brackets",
                "PIVOT t ON k, k, k, k, k, k, k, k, k # INVALID_SQL # the limit is 8",
                "PIVOT t ON nothing # INVALID_SQL # nothing",
                "PIVOT nowhere ON k # TABLE_NOT_FOUND # nowhere",
                "PIVOT t ON t.k # INVALID_SQL # qualified",
                "PIVOT t ON getvariable(s) # FORBIDDEN # getvariable",
                "PIVOT t ON k USING sum(getvariable('k')) # FORBIDDEN # getvariable",
                "PIVOT t ON k IN (SELECT getvariable('k')) # FORBIDDEN # getvariable",
                "PIVOT (FROM read_text('/etc/passwd')) ON content # FORBIDDEN # read_text",
                "PIVOT t ON k IN (SELECT content FROM read_text('/etc/passwd')) # FORBIDDEN # read_text",
                "WITH x AS (FROM glob('/*')) PIVOT x ON file # FORBIDDEN # glob",
                "PIVOT t ON k) SELECT (1 # INVALID_SQL # syntax",
                "PIVOT t ON k USING sum(v); DROP TABLE t # INVALID_SQL # more than one",
                "PIVOT t ON k; SELECT 1 # INVALID_SQL # more than one",
                "PIVOT t ON error('mine' || k) # INVALID_SQL # mine0",
                "CREATE VIEW x AS PIVOT t ON k # UNSUPPORTED # CREATE",
                "PIVOT t ON # INVALID_SQL # syntax",
                "PIVOT t AT (VERSION => 5) ON k # VERSION_NOT_FOUND # 5",
            })
    void refusesWhatItCannotOrMayNot(String sql, ErrorCode code, String message) {
        assertThatThrownBy(() -> test.query(sql))
                .isInstanceOfSatisfying(
                        EiderException.class,
                        e -> assertThat(e.code()).as(e.text()).isEqualTo(code))
                .hasMessageContaining(message);
        assertThat(test.query("SELECT count(*) FROM t")).containsExactly("12");
    }

    private static List<String> columns(String sql, ReadOptions options) {
        return test
                .warehouse()
                .schema(((SqlStatement.Query) test.warehouse().prepare(sql, options)).query())
                .getFields()
                .stream()
                .map(Field::getName)
                .toList();
    }
}
