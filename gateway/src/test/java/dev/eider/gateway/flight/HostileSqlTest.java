package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.TestGateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Ticket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements that reach for more than tables, or for too much: none gets it, and the server goes on. */
@Timeout(120)
class HostileSqlTest {
    private static final Pattern REPEATED = Pattern.compile("<(\\d+):(.*?)>");

    private static TestGateway gateway;
    private static Path place;
    private static Path dataFile;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        place = directory;
        Files.writeString(directory.resolve("warehouse.csv"), "secret\n1\n");
        gateway = TestGateway.start(
                directory,
                Map.of(
                        "engine.memory-limit", "128MB",
                        "engine.max-temp-size", "16MB",
                        "engine.threads", "2",
                        "read.statement-timeout", "5s"));
        answer("CREATE TABLE t (a INTEGER, b VARCHAR)");
        answer("INSERT INTO t VALUES (1, 'x'), (2, 'y')");
        try (Stream<Path> files = Files.walk(directory.resolve("warehouse"))) {
            dataFile = files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    /** A statement, and how it is refused. */
    private record Attempt(ErrorCode code, String sql) {
        @Override
        public String toString() {
            return sql.length() > 100 ? sql.substring(0, 100) + "…" : sql;
        }
    }

    private static Stream<Attempt> attempts() {
        return Stream.of(
                        files(),
                        engine(),
                        names(),
                        tricks(),
                        spellings(),
                        changes(),
                        explanations(),
                        pivots(),
                        growth(),
                        endless())
                .flatMap(List::stream);
    }

    private static List<Attempt> files() {
        return all(
                ErrorCode.FORBIDDEN,
                "SELECT * FROM read_csv('$PLACE/warehouse.csv')",
                "SELECT * FROM '$PLACE/warehouse.csv'",
                "SELECT * FROM read_parquet('$FILE')",
                "SELECT * FROM '$FILE'",
                "SELECT * FROM parquet_scan('$FILE')",
                "SELECT * FROM parquet_metadata('$FILE')",
                "SELECT * FROM read_text('$PLACE/catalog.db')",
                "SELECT * FROM read_blob('$PLACE/warehouse/**')",
                "SELECT * FROM glob('$PLACE/**')",
                "SELECT * FROM sniff_csv('/etc/passwd')",
                "SELECT * FROM read_text('/proc/self/environ')",
                "SELECT * FROM read_json('https://example.org/x.json')",
                "SELECT * FROM read_csv('s3://bucket/x.csv')",
                "SELECT * FROM 'https://example.org/x.parquet'",
                "SELECT * FROM iceberg_scan('$PLACE/warehouse/main/t')",
                "SELECT * FROM iceberg_metadata('$PLACE/warehouse/main/t')",
                "SELECT * FROM sqlite_scan('$PLACE/catalog.db', 'iceberg_tables')",
                "SELECT (SELECT content FROM read_text('/etc/passwd'))",
                "WITH x AS (FROM read_text('/etc/passwd')) SELECT * FROM t, x");
    }

    private static List<Attempt> engine() {
        return all(
                ErrorCode.FORBIDDEN,
                "SELECT * FROM duckdb_settings()",
                "SELECT * FROM duckdb_secrets()",
                "SELECT * FROM duckdb_views()",
                "SELECT * FROM duckdb_temporary_files()",
                "SELECT * FROM pragma_database_list()",
                "SELECT current_setting('temp_directory')",
                "SELECT getvariable('x'), getenv('HOME')",
                "SELECT current_query()",
                "SELECT write_log('x')",
                "SELECT nextval('s')",
                "SELECT setseed(0.5)",
                "SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': '$PLACE'})",
                "SELECT * FROM enable_profiling(format = 'json', save_location = '$PLACE/p')",
                "SELECT * FROM force_checkpoint()",
                "SELECT * FROM query('SELECT 1')",
                "SELECT * FROM query_table('t')",
                "SELECT * FROM json_execute_serialized_sql('{}')",
                "SELECT json_serialize_sql('SELECT 1')",
                "SELECT __eider_times(1, 2)",
                "SELECT system.main.repeat('x', 10)",
                "SELECT * FROM arrow_scan(1, 2, 3)");
    }

    private static List<Attempt> names() {
        return all(
                ErrorCode.TABLE_NOT_FOUND,
                "SELECT * FROM \"$FILE\"",
                "SELECT * FROM \"$PLACE/warehouse.csv\"",
                "SELECT * FROM __eider_0",
                "SELECT * FROM temp.main.__eider_0",
                "SELECT * FROM temp.\"__eider_0\"",
                "SELECT * FROM duckdb_tables",
                "SELECT * FROM system.main.duckdb_settings",
                "SELECT * FROM information_schema.tables",
                "SELECT * FROM pg_catalog.pg_class",
                "SELECT * FROM sqlite_master",
                "SELECT * FROM memory.main.t",
                "DESCRIBE duckdb_tables",
                "SHOW duckdb_settings",
                "SHOW memory_limit",
                "SHOW \"__show_tables_expanded\"",
                "SHOW \"\"\"tables\"\"\"",
                "SUMMARIZE system.main.duckdb_settings");
    }

    private static List<Attempt> tricks() {
        return Stream.of(
                        all(
                                ErrorCode.INVALID_SQL,
                                "SELECT * FROM table_changes(E'main'\n'.t --\\', 0),"
                                        + " (SELECT name, value FROM duckdb_settings()) AS x -- ', 0)\nWHERE true",
                                "SELECT 1; DROP TABLE t",
                                "SELECT 1 /* ; */ ; -- x\n DROP TABLE t",
                                "SELECT a FROM t AT (VERSION => 1) ; SELECT 1)",
                                "SELECT a FROM t AT (VERSION => 1) UNION SELECT 1)",
                                "SELECT a FROM t AT (VERSION => (SELECT 1))",
                                "SELECT a FROM t AT (VERSION => 1 --)",
                                "SELECT $$ $$ ; DROP TABLE t; $$ $$",
                                "INSERT INTO t (a\", b) SELECT 1",
                                "CREATE TABLE u (a INTEGER) AS x); DROP TABLE t; --)",
                                "CREATE TABLE u (a INTEGER /* ) */ ; DROP TABLE t)",
                                "CREATE TABLE u (a INTEGER) ; DROP TABLE t",
                                "SELECT a FROM t WHERE a = E'\\'; DROP TABLE t",
                                "SELECT 'a' COLLATE \"../../etc\""),
                        all(
                                ErrorCode.FORBIDDEN,
                                "SELECT/**/*/**/FROM/**/\"read_text\"/**/('/etc/passwd')",
                                "SELECT * FROM main.\"READ_TEXT\"('/etc/passwd')",
                                "SELECT * FROM (VALUES (1)) v, LATERAL (FROM read_text('/etc/passwd'))",
                                "SELECT * FROM\u00a0read_text('/etc/passwd')",
                                "INSERT INTO t SELECT 1, content FROM read_text('/etc/passwd')",
                                "SELECT a FROM t AT (VERSION => getvariable('x'))",
                                "SELECT ('x').getvariable()",
                                "SELECT [getvariable(x) FOR x IN ['a']]"),
                        all(
                                ErrorCode.VERSION_NOT_FOUND,
                                "SELECT a FROM t AT (VERSION => E'main'\n'\\', (SELECT content FROM read_text(''/etc/passwd'')) --')"),
                        all(
                                ErrorCode.UNSUPPORTED,
                                "SELECT ?",
                                "SELECT $1",
                                "CREATE TABLE u (a STRUCT(x INTEGER)) ) SELECT (1",
                                "CREATE TABLE u (a INTEGER DEFAULT getvariable('x'))",
                                "SELECT now() AT TIME ZONE '../../etc/passwd'"))
                .flatMap(List::stream)
                .toList();
    }

    /** Literals that were read in two ways, and names that are given in unusual ways. */
    private static List<Attempt> spellings() {
        return Stream.of(
                        all(
                                ErrorCode.FORBIDDEN,
                                "SELECT list_aggregate([1, 2], 'reservoir_quantile', 0.5, 2000000000)",
                                "SELECT [1, 2].array_aggr('BITSTRING_AGG')",
                                "SELECT aggregate([1, 2], 'reservoir_' || 'quantile', 0.5)",
                                "SELECT list_aggr([1, 2], b) FROM t",
                                "SELECT user",
                                "SELECT \"current_schema\" FROM t",
                                "SELECT upper(session_user), a FROM t",
                                "SELECT a FROM t WHERE b = current_catalog"),
                        all(
                                ErrorCode.INVALID_SQL,
                                "PIVOT t ON a, lower(b USING count(*)",
                                "FROM ''",
                                "SELECT U&'\\0061'",
                                "SELECT N'a'",
                                "SELECT 0xFF",
                                "SELECT a \\ b FROM t"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Attempt> changes() {
        return all(
                ErrorCode.UNSUPPORTED,
                "COPY (SELECT 1) TO '$PLACE/warehouse/evil.parquet'",
                "COPY t FROM '/etc/passwd'",
                "ATTACH '$PLACE/catalog.db' AS c (TYPE sqlite)",
                "ATTACH ':memory:' AS m",
                "DETACH memory",
                "USE memory",
                "EXPORT DATABASE '$PLACE/x'",
                "IMPORT DATABASE '$PLACE/x'",
                "INSTALL httpfs",
                "LOAD httpfs",
                "SET memory_limit = '100GB'",
                "SET VARIABLE x = 1",
                "RESET threads",
                "PRAGMA enable_profiling",
                "PRAGMA profile_output = '$PLACE/x'",
                "CALL enable_logging()",
                "CHECKPOINT",
                "VACUUM",
                "BEGIN",
                "PREPARE p AS SELECT 1",
                "EXECUTE p",
                "CREATE SECRET s (TYPE s3)",
                "CREATE MACRO repeat(a, b) AS 1",
                "CREATE TEMP TABLE x (a INTEGER)",
                "CREATE SEQUENCE s",
                "DROP MACRO repeat",
                "SHOW VARIABLES",
                "SELECT * FROM (SHOW VARIABLES)",
                "SHOW TIME ZONE",
                "SHOW TRANSACTION ISOLATION LEVEL",
                "SHOW 'tables'");
    }

    private static List<Attempt> growth() {
        return Stream.of(
                        all(
                                ErrorCode.TOO_LARGE,
                                "SELECT repeat('x', 4000000000)",
                                "SELECT max(repeat(b, 100000000)) FROM t",
                                "SELECT repeat('x', range) FROM range(1000000, 1002048)",
                                "SELECT lpad('x', 2000000000, 'y')",
                                "SELECT list_sum(range(1000000000))",
                                "SELECT len(range(TIMESTAMP '2020-01-01', now()::TIMESTAMP, INTERVAL '1 microsecond'))",
                                "SELECT generate_series(1, 10000000000)",
                                "SELECT list_resize([1], 4000000000)",
                                "SELECT repeat([1, 2, 3], 1000000000)",
                                "SELECT bitstring('1', 2000000000)",
                                "SELECT [range(1000000) FOR x IN range(1000)]",
                                "SELECT replace(b, 'x', repeat('y', 1000000)) FROM t",
                                "SELECT b LIKE repeat('%x', 100000) || b FROM t",
                                "SELECT a FROM t AT (VERSION => list_sum(range(1000000000)))",
                                "INSERT INTO t SELECT 1, repeat('x', 4000000000)",
                                "SELECT list(range) FROM range(1000000000)",
                                "SELECT count(DISTINCT range) FROM range(300000000)",
                                "SELECT string_agg(repeat('x', 1000), ',') FROM range(10000000)"),
                        all(
                                ErrorCode.FORBIDDEN,
                                "SELECT json_structure(repeat('[', 500000) || repeat(']', 500000))",
                                "SELECT json_merge_patch('{}', '{}')",
                                "SELECT * FROM json_tree('[]')",
                                "SELECT printf('%2000000000d', 1)",
                                "SELECT format('{:{}}', 1, 2000000000)",
                                "SELECT list_reduce(range(60), (x, y) -> x || x)",
                                "SELECT reservoir_quantile(a, 0.5, 2000000000) FROM t",
                                "SELECT bitstring_agg(a, 0, 1000000000) FROM t"),
                        all(
                                ErrorCode.INVALID_SQL,
                                "SELECT <20000:a + >1 FROM t",
                                "SELECT <600:[>1<600:]>",
                                "SELECT <300:(SELECT >1<300:)>",
                                "SELECT CAST(NULL AS INT<1000:[]>)",
                                "SELECT * FROM <200:t, >t",
                                "SELECT a FROM t WHERE <30000:a AND >a",
                                "SELECT '<1000000:x>'",
                                "SELECT a FROM t GROUP BY CUBE (<40:a, >b)",
                                "SELECT regexp_matches('a', '((a{1000}){1000}){1000}')",
                                "SELECT error('no')"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Attempt> endless() {
        return all(
                ErrorCode.TIMED_OUT,
                "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
                "INSERT INTO t SELECT 1, 'x' FROM range(1000000) a, range(1000000) b WHERE (a.range + b.range) % 7 = 8");
    }

    private static List<Attempt> explanations() {
        return Stream.of(
                        all(
                                ErrorCode.FORBIDDEN,
                                "EXPLAIN SELECT * FROM read_parquet('$FILE')",
                                "EXPLAIN ANALYZE SELECT * FROM read_csv('/etc/passwd')",
                                "EXPLAIN SELECT * FROM '$PLACE/warehouse.csv'",
                                "EXPLAIN ANALYZE FROM glob('/**')",
                                "EXPLAIN SELECT getvariable('x')",
                                "EXPLAIN ANALYZE FROM enable_logging(storage = 'file', storage_config = {'path': '$PLACE'})",
                                "EXPLAIN FROM query('SELECT 1')"),
                        all(
                                ErrorCode.TABLE_NOT_FOUND,
                                "EXPLAIN FROM duckdb_settings",
                                "EXPLAIN ANALYZE FROM temp.__eider_0"),
                        all(
                                ErrorCode.INVALID_SQL,
                                "EXPLAIN SELECT 1; DROP TABLE t",
                                "EXPLAIN ANALYZE SELECT 1 /* ; */ ; COPY t TO '$PLACE/x'"),
                        all(
                                ErrorCode.UNSUPPORTED,
                                "EXPLAIN COPY (SELECT 1) TO '$PLACE/warehouse/evil.parquet'",
                                "EXPLAIN ANALYZE COPY (SELECT 1) TO '$PLACE/warehouse/evil.parquet'",
                                "EXPLAIN (ANALYZE, FORMAT json) COPY t TO '$PLACE/x'",
                                "EXPLAIN ANALYZE CREATE TABLE x (a INTEGER)",
                                "EXPLAIN ANALYZE DROP TABLE t",
                                "EXPLAIN ANALYZE INSERT INTO t VALUES (3, 'z')",
                                "EXPLAIN ANALYZE SET memory_limit = '100GB'",
                                "EXPLAIN PRAGMA enable_profiling",
                                "EXPLAIN EXPLAIN SELECT 1"),
                        all(ErrorCode.TOO_LARGE, "EXPLAIN ANALYZE SELECT max(repeat(b, 100000000)) FROM t"),
                        all(
                                ErrorCode.TIMED_OUT,
                                "EXPLAIN ANALYZE SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE (a.range + b.range) % 7 = 8"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Attempt> pivots() {
        return Stream.of(
                        all(
                                ErrorCode.FORBIDDEN,
                                "PIVOT (FROM read_csv('$PLACE/warehouse.csv')) ON secret",
                                "PIVOT '$FILE' ON a",
                                "PIVOT t ON a IN (FROM read_text('/etc/passwd'))",
                                "PIVOT t ON a IN (SELECT content FROM read_text('/etc/passwd')), b",
                                "WITH x AS (FROM read_text('/etc/passwd')) PIVOT x ON content",
                                "FROM (PIVOT read_blob('$FILE') ON size)",
                                "PIVOT t ON getvariable(b)",
                                "PIVOT t ON a USING sum(getvariable('x'))",
                                "PIVOT t ON a GROUP BY b UNION ALL SELECT getvariable('x'), 1, 2",
                                "PIVOT query('SELECT 1 AS a') ON a",
                                "PIVOT t ON a IN (FROM duckdb_settings())"),
                        all(
                                ErrorCode.TABLE_NOT_FOUND,
                                "PIVOT duckdb_settings ON name",
                                "PIVOT t ON a IN (SELECT name FROM duckdb_settings)"),
                        all(
                                ErrorCode.INVALID_SQL,
                                "PIVOT t ON a; DROP TABLE t",
                                "PIVOT t ON a) FROM t; DROP TABLE t; SELECT (1",
                                "PIVOT t ON (SELECT content FROM t)",
                                "PIVOT t ON a --\n) ; DROP TABLE t",
                                "PIVOT t ON <300:a, >a",
                                "<200:PIVOT (><200:) ON a>",
                                "<30000:(WITH a AS (>"),
                        all(
                                ErrorCode.UNSUPPORTED,
                                "CREATE VIEW v AS PIVOT t ON a",
                                "COPY (PIVOT t ON a) TO '$PLACE/x'",
                                "PIVOT t JOIN t AS u ON t.a = u.a ON b"),
                        all(
                                ErrorCode.TOO_LARGE,
                                "PIVOT (FROM range(10000000) r(i)) ON i",
                                "PIVOT (SELECT repeat('x', 1000000) AS s) ON s",
                                "PIVOT t ON repeat(b, 100000000)",
                                "PIVOT (SELECT i, i % 1000 AS j FROM range(1000) r(i)) ON i, j"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Attempt> all(ErrorCode code, String... statements) {
        return Stream.of(statements).map(sql -> new Attempt(code, sql)).toList();
    }

    @ParameterizedTest
    @MethodSource("attempts")
    void isRefusedAndTheServerAnswersAfterwards(Attempt attempt) throws Exception {
        FlightRuntimeException refusal =
                catchThrowableOfType(FlightRuntimeException.class, () -> answer(filled(attempt.sql())));

        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.status().metadata().get(FlightErrors.CODE))
                .as(refusal.getMessage())
                .isEqualTo(attempt.code().name());
        assertThat(refusal.status().code())
                .isEqualTo(FlightErrors.status(attempt.code()).code());
        assertRevealsNothing(attempt, refusal.status().description());
        assertThat(answer("SELECT count(*) FROM t")).containsExactly(List.of("2"));
    }

    /** A caller may read what it wrote itself, but nothing of the host. */
    private static void assertRevealsNothing(Attempt attempt, String description) {
        assertThat(description).isNotBlank().doesNotContain("\tat ", "Stack Trace", "Exception", "libduckdb", "spill-");
        if (!attempt.sql().contains("$")) {
            assertThat(description).doesNotContain(place.toString());
        }
        assertThat(description).doesNotContain("root:");
    }

    @ParameterizedTest
    @MethodSource("described")
    void isRefusedWhenDescribedToo(Attempt attempt) throws Exception {
        FlightDescriptor descriptor =
                FlightDescriptor.command(filled(attempt.sql()).getBytes(UTF_8));

        FlightRuntimeException refusal = catchThrowableOfType(
                FlightRuntimeException.class, () -> gateway.client().getInfo(descriptor));

        assertThat(refusal).as("refusal").isNotNull();
        assertThat(refusal.status().metadata().get(FlightErrors.CODE))
                .as(refusal.getMessage())
                .isEqualTo(attempt.code().name());
        assertRevealsNothing(attempt, refusal.status().description());
    }

    /** The values of a PIVOT are found when it is described. */
    private static Stream<Attempt> described() {
        List<Attempt> endless = all(
                ErrorCode.TIMED_OUT,
                "PIVOT (SELECT count(*) AS c FROM range(1000000) a, range(1000000) b WHERE (a.range + b.range) % 7 = 8) ON c");
        return Stream.of(files(), engine(), names(), pivots(), endless).flatMap(List::stream);
    }

    private static String filled(String sql) {
        String named = sql.replace("$PLACE", place.toString()).replace("$FILE", dataFile.toString());
        return REPEATED.matcher(named).replaceAll(HostileSqlTest::repeated);
    }

    private static String repeated(MatchResult match) {
        return java.util.regex.Matcher.quoteReplacement(match.group(2).repeat(Integer.parseInt(match.group(1))));
    }

    private static List<List<String>> answer(String sql) throws Exception {
        return TestRows.read(
                gateway.client().getStream(new Ticket(sql.getBytes(UTF_8)), CallOptions.timeout(30, TimeUnit.SECONDS)));
    }
}
