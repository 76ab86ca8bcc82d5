package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlParserTest {
    private static Connection connection;
    private final SqlParser parser = new SqlParser();

    @BeforeAll
    static void openEngine() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterAll
    static void closeEngine() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1;;  -- done",
                "VALUES (1, 'a'), (2, NULL)",
                "SELECT count(*), count(DISTINCT a), sum(a) OVER (ORDER BY b ROWS 2 PRECEDING) FROM t",
                "SELECT dense_rank() OVER w, percent_rank() OVER w, lead(a) OVER w, last_value(a IGNORE NULLS) OVER w"
                        + " FROM t WINDOW w AS (PARTITION BY b ORDER BY c DESC NULLS LAST)",
                "SELECT a <> b, a <= b, a >= b, a != b, a NOT IN (1), a NOT BETWEEN 1 AND 2, NULLIF(a, b) FROM t ORDER BY a ASC",
                "SELECT EXTRACT(year FROM d), date_trunc('day', d), strftime(d, '%Y'), age(d), d AT TIME ZONE 'UTC' FROM t",
                "SELECT CURRENT_DATE, CURRENT_TIMESTAMP, now(), today(), INTERVAL 3 DAYS, DATE '2020-01-01'",
                "SELECT ('a').upper(), [3, 1].list_sort(), substring('abc' FROM 2), position('a' IN 'ba'), trim(BOTH 'x' FROM 'x')",
                "SELECT a LIKE 'x', a ILIKE 'x', a NOT LIKE 'x' ESCAPE '$', a SIMILAR TO 'x', a ~ 'x', a !~ 'x', a GLOB 'x' FROM t",
                "SELECT a::DECIMAL(10, 2), TRY_CAST(a AS STRUCT(x INT, y UUID[])), a::MAP(VARCHAR, TIMESTAMPTZ), a::JSON,"
                        + " a::ENUM ('x'), a::UNION(n INT), a::INT[3] FROM t",
                "SELECT {'a': 1}, MAP {'a': 1}, [1, 2][1:2], l[1], s.f, s['f'], (1, 2), row(1, 2), struct_pack(a := 1) FROM t",
                "SELECT a -> 'x', a ->> '$.y', json_extract(a, '$.z') FROM t, json_each(t.a)",
                "SELECT * FROM range(3), generate_series(1, 2), unnest([1]) WITH ORDINALITY AS u(x, n), repeat('a', 3)",
                "SELECT main.sum(a), system.main.sum(a), pg_catalog.pg_typeof(a) FROM t",
                "SELECT unnest(l), unnest(s, recursive := true), generate_series(1, 2) FROM t",
                "SELECT * EXCLUDE (a) REPLACE (b + 1 AS b) RENAME (c AS d), t.*, * LIKE 'x%', *COLUMNS('x') FROM t",
                "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), list(a ORDER BY b), mode(a), arg_max(a, b) FROM t",
                "SELECT DISTINCT ON (a) a, GROUPING(b) FROM t GROUP BY GROUPING SETS ((a), (b), ()) LIMIT 10% OFFSET 2",
                "SELECT a FROM t ORDER BY ALL LIMIT (SELECT 3)",
                "SELECT TRY(a / 0), COALESCE(a, b), IF(a, b, c), greatest(a, b), @a, a ** 2, a // 2, ~a, a << 1, a || b FROM t",
                "SELECT 123456789012345678901234567890, 1e400, x'AB', 1_000, .5, 5., E'\\n', $$q$$",
                "SELECT md5(a), sha256(a), uuid(), random(), hash(a), base64(a::BLOB) FROM t",
                "SELECT printf('%5.2f %s', a, b), format('{:>10} {}', a, b), lpad(a, 3, '0'), main.repeat('x', 3) FROM t",
                "SELECT list_reduce(list_transform(l, x -> x || 'y'), (x, y) -> greatest(x, y) + 1) FROM t",
                "SELECT i: a + 1 FROM x: t",
                "SELECT a[1].b.c, list_transform(l, lambda x, i: x + i), list_reduce(l, (x, y) -> x + y) FROM t",
            })
    void acceptsWhatOnlyComputes(String sql) {
        assertThatCode(() -> parser.parse(connection, sql)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "SELECT * FROM read_csv('/etc/passwd') # read_csv",
                "SELECT * FROM read_text('/etc/passwd') # read_text",
                "SELECT * FROM read_blob('/wh/x') # read_blob",
                "SELECT * FROM read_parquet('/wh/x') # read_parquet",
                "SELECT * FROM READ_PARQUET('/wh/x') # read_parquet",
                "SELECT * FROM \"read_parquet\"('/wh/x') # read_parquet",
                "SELECT * FROM main.read_parquet('/wh/x') # read_parquet",
                "SELECT * FROM parquet_metadata('/wh/x') # parquet_metadata",
                "SELECT * FROM glob('/wh/**') # glob",
                "SELECT * FROM sniff_csv('/etc/passwd') # sniff_csv",
                "SELECT * FROM iceberg_scan('/wh/x') # iceberg_scan",
                "SELECT * FROM query('SELECT 1') # query",
                "SELECT * FROM query_table('t') # query_table",
                "SELECT * FROM json_execute_serialized_sql('{}') # json_execute_serialized_sql",
                "SELECT * FROM enable_logging(storage='file') # enable_logging",
                "SELECT * FROM enable_profiling(format='json') # enable_profiling",
                "SELECT * FROM duckdb_settings() # duckdb_settings",
                "SELECT * FROM duckdb_secrets() # duckdb_secrets",
                "SELECT * FROM pragma_table_info('t') # pragma_table_info",
                "SELECT * FROM histogram(t, a) # histogram",
                "SELECT * FROM (SELECT * FROM (WITH x AS (FROM glob('*')) FROM x)) # glob",
                "SELECT 1 WHERE EXISTS (FROM glob('*')) # glob",
                "SELECT (SELECT 1 FROM range(3), LATERAL (FROM glob('*'))) # glob",
                "SELECT * FROM range((SELECT count(*) FROM glob('*'))) # glob",
                "DESCRIBE SELECT * FROM read_csv('x') # read_csv",
                "SUMMARIZE FROM read_csv('x') # read_csv",
                "SELECT current_setting('memory_limit') # current_setting",
                "SELECT getvariable('x') # getvariable",
                "SELECT getenv('HOME') # getenv",
                "SELECT write_log('x') # write_log",
                "SELECT nextval('s') # nextval",
                "SELECT txid_current() # txid_current",
                "SELECT in_search_path('a', 'b') # in_search_path",
                "SELECT sleep_ms(10) # sleep_ms",
                "SELECT json_serialize_sql('SELECT 1') # json_serialize_sql",
                "SELECT __eider_times(1, 2) # __eider_times",
                "SELECT main.__eider_times(1, 2) # __eider_times",
                "SELECT system.main.repeat('x', 2) # repeat",
                "SELECT pg_catalog.repeat('x', 2) # repeat",
                "SELECT system.range(2) # range",
                "SELECT memory.main.lpad('x', 2, 'y') # lpad",
                "SELECT main.\"~~\"(a, 'x'), system.main.\"~~\"(a, 'x') FROM t # ~~",
                "SELECT json_structure(a) FROM t # json_structure",
                "SELECT from_json(a, '[]') FROM t # from_json",
                "SELECT * FROM json_tree('[]') # json_tree",
                "SELECT printf('%2000000000d', a) FROM t # printf",
                "SELECT printf('%0*d', a, 1) FROM t # printf",
                "SELECT format('{:>20000}', a) FROM t # format",
                "SELECT format('{:{}}', 1, a) FROM t # format",
                "SELECT format(b, a) FROM t # format",
                "SELECT list_reduce(l, (x, y) -> x || y) FROM t # list_reduce",
                "SELECT list_reduce(l, lambda x, y: replace(x, y, x)) FROM t # list_reduce",
                "SELECT list_reduce(l, (x, y) -> list_transform(x, z -> concat(x, z))) FROM t # list_reduce",
                "SELECT sum(write_log('x')) OVER (ORDER BY 1) # write_log",
                "SELECT sum(1) FILTER (write_log('x') IS NULL) # write_log",
                "SELECT list_transform([1], x -> getvariable('x')) # getvariable",
                "SELECT CASE WHEN true THEN getvariable('x') END # getvariable",
                "SELECT a FROM t ORDER BY getvariable('x') # getvariable",
                "SELECT a FROM t LIMIT getvariable('x') # getvariable",
                "SELECT a FROM t AT (VERSION => getvariable('x')) # getvariable",
                "SELECT a FROM t JOIN u ON getvariable('x') # getvariable",
                "SELECT ('x').getvariable() # getvariable",
                "SELECT x.getvariable() FROM t # getvariable",
                "SELECT COLUMNS(c -> c = getvariable('x')) FROM t # getvariable",
                "SELECT * REPLACE (getvariable('x') AS a) FROM t # getvariable",
                "PIVOT t ON a IN (1) USING sum(getvariable('x')) # getvariable",
                "VALUES (getvariable('x')) # getvariable",
                "SELECT other.sum(a) FROM t # sum",
                "SELECT * FROM temp.main.range(3) # range",
                "SELECT * FROM 'x.parquet' # x.parquet",
                "SELECT * FROM '..csv' # ..csv",
            })
    void refusesWhatReachesBeyondItsArguments(String sql, String name) {
        EiderException refusal = refusal(sql);

        assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(refusal.text()).containsIgnoringCase(name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "SELEC 1 # INVALID_SQL # SELEC",
                "SELECT 'é',¶  1 + # INVALID_SQL # line 2",
                "SELECT é é é # INVALID_SQL # line 1, column 12",
                "SELECT 'abc # INVALID_SQL # string is not terminated (line 1, column 8)",
                "SELECT /* 1 # INVALID_SQL # comment",
                "SELECT \"a # INVALID_SQL # quoted name",
                "SELECT $$a # INVALID_SQL # string",
                "`` # INVALID_SQL # no statement",
                "; -- nothing # INVALID_SQL # no statement",
                "SELECT 1; SELECT 2 # INVALID_SQL # more than one",
                "SELECT 1; DROP TABLE t # INVALID_SQL # more than one",
                "INSERT INTO t VALUES (1) # UNSUPPORTED # INSERT",
                "/* x */ copy t TO '/wh/evil.parquet' # UNSUPPORTED # COPY",
                "ATTACH ':memory:' # UNSUPPORTED # ATTACH",
                "SET memory_limit = '1GB' # UNSUPPORTED # SET",
                "SET VARIABLE x = 1 # UNSUPPORTED # SET",
                "RESET threads # UNSUPPORTED # RESET",
                "USE memory # UNSUPPORTED # USE",
                "PRAGMA database_list # UNSUPPORTED # PRAGMA",
                "INSTALL httpfs # UNSUPPORTED # INSTALL",
                "LOAD httpfs # UNSUPPORTED # LOAD",
                "EXPORT DATABASE 'x' # UNSUPPORTED # EXPORT",
                "IMPORT DATABASE 'x' # UNSUPPORTED # IMPORT",
                "CALL duckdb_settings() # UNSUPPORTED # CALL",
                "EXPLAIN DELETE FROM t # UNSUPPORTED # DELETE",
                "CREATE TABLE x AS SELECT 1 # UNSUPPORTED # CREATE",
                "CREATE MACRO m() AS 1 # UNSUPPORTED # CREATE",
                "PREPARE p AS SELECT 1 # UNSUPPORTED # PREPARE",
                "PIVOT t ON a USING sum(b) # UNSUPPORTED # IN (",
                "PIVOT t JOIN u USING (a) ON a # UNSUPPORTED # brackets",
                "SELECT ? # UNSUPPORTED # not supported yet",
                "SELECT $1 # UNSUPPORTED # not supported yet",
                "SELECT a FROM t WHERE b = $name # UNSUPPORTED # not supported yet",
                "SHOW VARIABLES # UNSUPPORTED # SHOW TABLES",
                "FROM (SHOW VARIABLES) # UNSUPPORTED # SHOW TABLES",
                "SHOW TIME ZONE # UNSUPPORTED # SHOW TABLES",
                "SHOW TRANSACTION ISOLATION LEVEL # UNSUPPORTED # SHOW TABLES",
                "SHOW 'tables' # UNSUPPORTED # spelling",
                "SHOW TABLES FROM 'ns' # UNSUPPORTED # spelling",
                "SHOW TABLES FROM a.b.c # INVALID_SQL # SHOW TABLES",
                "SELECT 1 UNION ALL SHOW TABLES # INVALID_SQL # SHOW",
                "FROM t AT (VERSION => (SHOW TABLES)) # INVALID_SQL # AT",
                "SELECT sum(a) EXPORT_STATE FROM t # UNSUPPORTED # EXPORT_STATE",
                "SELECT * EXCLUDE (main.t.a) FROM main.t # UNSUPPORTED # EXCLUDE",
                "SELECT 1::ns.mood # UNSUPPORTED # type",
                "SELECT a::VARIANT FROM t # UNSUPPORTED # VARIANT",
                "SELECT a::STRUCT(x VARIANT[]) FROM t # UNSUPPORTED # VARIANT",
                "FROM a.b.c.d # INVALID_SQL # three parts",
                "FROM t AT (VERSION => (SELECT 1)) # INVALID_SQL # AT",
                "FROM t AT (VERSION => a) # INVALID_SQL # AT",
                "FROM t AT (TIMESTAMP => now() - (FROM range(3))) # INVALID_SQL # AT",
                "WITH t AS (SELECT 1) FROM t AT (VERSION => 1) # INVALID_SQL # WITH",
            })
    void refusesWhatIsNotOneQuery(String sql, ErrorCode code, String message) {
        EiderException refusal = refusal(sql.replace('¶', '\n'));

        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.text()).contains(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT '\u0000'", "SELECT 1 \u0000 FROM t", "SELECT '\ud800'", "SELECT E'a\\'\u00a0'"})
    void refusesTextThatTheEngineWouldReadDifferently(String sql) {
        assertThat(refusal(sql).code()).isEqualTo(ErrorCode.INVALID_SQL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "`` # `(` # 1 # `)`",
                "`` # `[` # 1 # `]`",
                "`` # `abs(` # 1 # `)`",
                "`` # `NOT ` # true # ``",
                "1 # `+1` # `` # ``",
                "`` # `CASE WHEN a THEN ` # 1 # ` END`",
                "`` # `(SELECT ` # 1 # `)`",
                "`` # `list_transform([1], x -> ` # 1 # `)`",
                "a # `->'x'` # `` # ``",
                "1 # `::INT` # `` # ``",
                "* FROM # ` (FROM ` # t # `)`",
                "* FROM t # `, t` # `` # ``",
                "* FROM t # ` JOIN t USING (a)` # `` # ``",
                "a:: # `STRUCT(a ` # INT # `)`",
                "* FROM # ` (WITH a AS (SELECT 1) FROM ` # a # `)`",
                "1 # ` /*` # `` # `*/`",
            })
    void refusesWhatIsNestedTooDeeply(String start, String open, String middle, String close) {
        for (int depth : new int[] {600, 20_000}) {
            String sql = "SELECT " + start + open.repeat(depth) + middle + close.repeat(depth);
            if (depth == 600 && (open.equals("(") || open.contains("::INT"))) {
                continue;
            }

            assertThat(refusal(sql).code()).isEqualTo(ErrorCode.INVALID_SQL);
        }
    }

    @Test
    void refusesChainsOfExpressionsThatAddUpToADeepPlan() {
        assertThat(refusal(chain(150)).text()).contains("nested too deeply");
        assertThatCode(() -> parser.parse(connection, chain(60))).doesNotThrowAnyException();
    }

    private static String chain(int length) {
        StringBuilder sql = new StringBuilder("WITH a0 AS (SELECT 1 AS x)");
        for (int i = 1; i <= length; i++) {
            sql.append(", a")
                    .append(i)
                    .append(" AS (SELECT x + 1 AS x FROM a")
                    .append(i - 1)
                    .append(")");
        }
        return sql.append(" FROM a").append(length).toString();
    }

    @Test
    void limitsTheLengthOfAStatement() {
        String sql = "SELECT '" + "x".repeat(1_000_000) + "'";

        assertThat(refusal(sql).text()).contains("limit");
    }

    @Test
    void limitsTheNumberOfConditions() {
        assertThat(refusal("SELECT a" + " AND a".repeat(160_000) + " FROM t").text())
                .contains("limit");
    }

    @Test
    void readsLongStatements() {
        String sql = "SELECT a IN (1" + ", 2".repeat(100_000) + ") FROM t";

        assertThat(parser.parse(connection, sql).tables()).hasSize(1);
    }

    private EiderException refusal(String sql) {
        return catchThrowableOfType(EiderException.class, () -> parser.parse(connection, sql));
    }
}
