package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Throws random and mutated statements at the gate. Whatever it lets through is rewritten as for a run, and the final
 * text is judged by a reader of the parser's JSON that shares nothing with the gate.
 */
class GateFuzzTest {
    private static final Fuzzing FUZZING = Fuzzing.configured(4_000);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();
    private static final Set<String> FUNCTIONS = FunctionGate.namesIn("functions-allowed.txt");
    private static final Set<String> TABLE_FUNCTIONS = FunctionGate.namesIn("table-functions-allowed.txt");
    private static final Wrapping VALUE = new Wrapping("SELECT epoch_ms(CAST((%s) AS TIMESTAMPTZ))");
    private static final Wrapping COLUMN = new Wrapping("SELECT typeof(v) FROM (VALUES ((%s))) AS versions(v)");

    /** Statements that use everything that is rewritten, and attacks on it. */
    private static final List<String> SEEDS = List.of(
            "SELECT a, t.b, main.t.c FROM t WHERE main.t.a = 1 AND b LIKE 'x%' ORDER BY eider.main.t.b",
            "SELECT * FROM ns.t AS x(a, b) AT (VERSION => 3), y: u AT (TIMESTAMP => TIMESTAMP '2024-01-01' - INTERVAL 1 DAY)",
            "SELECT * FROM table_changes(E'main'\n'.t --\\', 0), (SELECT name, value FROM duckdb_settings()) AS x -- ', 0)\nWHERE true",
            "SELECT * FROM table_changes('ns.t', 0, 'dev') AS c(x) JOIN table_changes('t', 1) USING (k)",
            "SELECT count(*), max(id), min(x.\"id\") AS m FROM t AS x",
            "WITH c AS (SELECT count(*) AS n FROM t), t AS (FROM ns.u) SELECT * FROM c, t, (SELECT max(id) FROM main.\"T\")",
            "WITH RECURSIVE w(a, b) USING KEY (a) AS (SELECT 1, 2 UNION SELECT a, b + 1 FROM w WHERE a IN (SELECT a FROM recurring.w)) FROM w",
            "PIVOT t ON k IN ('a', E'b\\'') USING sum(v) GROUP BY s",
            "PIVOT ns.t ON id, lower(k) USING count(*)",
            "FROM (SHOW TABLES) x, (DESCRIBE t) y, (SUMMARIZE ns.u)",
            "EXPLAIN ANALYZE SELECT list_aggregate([1, 2], 'sum'), [x + 1 FOR x IN l IF x > 1] FROM t",
            "SELECT $$a'b$$, $t$ $$ $t$, E'\\'', x'41', 1_000.5e-3, \"q\"\"x\" FROM \"a.b\".\"we;ird\" * ORDER BY 1",
            "TABLE t UNION ALL FROM ns.t EXCEPT (TABLE u)",
            "SELECT * EXCLUDE (t.l) REPLACE (k + 1 AS k), COLUMNS('i.*') FROM t TABLESAMPLE 10%",
            "SELECT CASE (SELECT count(*) FROM ns.u) WHEN 1 THEN {'a': 1} END, 'x' COLLATE NOCASE, a::DECIMAL(3, 1)[] FROM t",
            "SELECT row_number() OVER (PARTITION BY main.t.k ORDER BY t.id) FROM main.t QUALIFY true",
            "SELECT * FROM range(3) r(i), unnest([1, 2]) u(x), generate_series(1, 2), LATERAL (SELECT i + 1)",
            "SELECT * FROM read_text('/etc/passwd')",
            "SELECT list_aggregate([1], 'reservoir_quantile', 0.5), user, current_schema",
            "SELECT * FROM 'file.parquet', duckdb_settings(), \"/etc/passwd\", system.main.duckdb_views",
            "SELECT json_execute_serialized_sql('{}'), getvariable('x'), current_setting('y'), query('SELECT 1')",
            "SELECT (SELECT content FROM read_text('/etc/passwd')); DROP TABLE t; COPY t TO 'x'",
            "SELECT a FROM t AT (VERSION => (SELECT 1 FROM duckdb_secrets())) -- )\n, glob('*')",
            "SELECT 'a'\n'b', e'c' -- d\n'\\'', N'f', U&'\\0061' FROM t -- ' , read_blob('x')",
            "SELECT /* /* */ ' */ * FROM t /* */ , /* ' */ sniff_csv('x') /* */");

    private Connection connection;
    private SyntaxSource source;

    @Test
    void whatPassesNamesOnlyWhatItMay() throws SQLException {
        try (Connection opened = DriverManager.getConnection("jdbc:duckdb:")) {
            connection = opened;
            source = SyntaxSource.over(connection);
            FUZZING.run("gate", (random, counts) -> counts.add(attempt(random)));
        }
    }

    private String attempt(Random random) {
        HostileText hostile = new HostileText(random);
        String sql = SEEDS.get(random.nextInt(SEEDS.size()));
        if (random.nextInt(10) > 0) {
            sql = hostile.mutated(sql, SEEDS);
        }
        try {
            List<String> probes = DynamicPivots.probes(sql);
            for (String probe : probes) {
                run(probe, random);
            }
            String statement = probes.isEmpty() ? sql : filled(SqlLexer.statement(sql), random);
            run(statement, random);
            return "passed";
        } catch (EiderException refusal) {
            if (refusal.code() == ErrorCode.INTERNAL) {
                assertThat(refusal).as(sql).hasMessageContaining("was not found where the parser saw it");
            }
            boolean last = refusal.getMessage().contains("safely");
            return last ? "refused by the last look" : "refused as " + refusal.code();
        }
    }

    private static String filled(String statement, Random random) {
        String filled = statement;
        List<DynamicPivot> open = DynamicPivots.in(filled);
        for (int left = open.size(); left > 0; left--) {
            DynamicPivot last = open.get(open.size() - 1);
            filled = last.withValues(
                    filled,
                    last.columns().stream()
                            .map(column -> random.nextBoolean() ? List.<String>of() : List.of("a'b", "c\\"))
                            .toList());
            open = DynamicPivots.in(filled);
        }
        return filled;
    }

    private void run(String sql, Random random) {
        SqlParser parser = new SqlParser();
        ParsedQuery query = parser.parse(source, sql);
        Map<TableReference, String> tables = new HashMap<>();
        Map<TableReference, String> counts = new HashMap<>();
        Map<CatalogListing, String> listings = new HashMap<>();
        for (TableReference table : query.tables()) {
            tables.put(table, "__eider_" + random.nextInt(3));
            if (random.nextBoolean()) {
                counts.put(table, "__eider_rows");
            }
            table.at().ifPresent(at -> judge(sql, VALUE.around(source, at.expression()), Set.of()));
            table.changes().ifPresent(changes -> {
                judge(sql, COLUMN.around(source, changes.from()), Set.of());
                changes.to().ifPresent(to -> judge(sql, COLUMN.around(source, to), Set.of()));
            });
        }
        query.listings().forEach(listing -> listings.put(listing, "__eider_listing"));
        RelationNames names = new RelationNames(tables, listings, counts);
        RunnableQuery runnable = query.rewritten(source, names);
        judge(sql, runnable.sql(), names.all());
        judge(sql, runnable.withoutRows(source).sql(), names.all());
    }

    /** Looks at the text as DuckDB does, and for what a caller may not have. */
    private void judge(String sql, String text, Set<String> relations) {
        String json = source.serialized(text);
        try {
            JsonNode answer = JSON.readTree(json);
            assertThat(answer.path("statements").size())
                    .as("%s runs as %s", sql, text)
                    .isEqualTo(1);
            Set<String> known = new HashSet<>(relations);
            answer.findParents("cte_map").forEach(query -> query.path("cte_map")
                    .path("map")
                    .forEach(cte -> known.add(SqlToken.lower(cte.path("key").asText()))));
            for (JsonNode node : answer.findParents("type")) {
                judge(node, known, "%s runs as %s".formatted(sql, text));
            }
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private static void judge(JsonNode node, Set<String> relations, String description) {
        switch (node.path("type").asText()) {
            case "BASE_TABLE" -> {
                String name = node.path("table_name").asText();
                assertThat(relations.contains(name) || relations.contains(SqlToken.lower(name)))
                        .as("table %s: %s", name, description)
                        .isTrue();
                assertThat(node.path("schema_name").asText()).as(description).isIn("", "recurring");
                assertThat(node.path("catalog_name").asText()).as(description).isEmpty();
            }
            case "TABLE_FUNCTION" -> judgeCall(node.path("function"), TABLE_FUNCTIONS, description);
            case "SHOW_REF" ->
                assertThat(node.path("query").isNull()).as(description).isFalse();
            case "VALUE_PARAMETER" -> throw new AssertionError(description);
            case "VALUE_CONSTANT", "COLUMN_REF" -> {}
            default -> {
                boolean call = node.has("function_name") && !node.path("class").isMissingNode();
                if (call && !TABLE_FUNCTIONS.contains(name(node))) {
                    judgeCall(node, FUNCTIONS, description);
                }
            }
        }
    }

    private static void judgeCall(JsonNode call, Set<String> allowed, String description) {
        assertThat(allowed.contains(name(call)))
                .as("function %s: %s", name(call), description)
                .isTrue();
        if (name(call).matches("(list|array)_aggr(egate)?|aggregate")) {
            String named =
                    call.path("children").path(1).path("value").path("value").asText();
            assertThat(FUNCTIONS.contains(SqlToken.lower(named)))
                    .as("%s(%s): %s", name(call), named, description)
                    .isTrue();
        }
    }

    private static String name(JsonNode call) {
        return SqlToken.lower(call.path("function_name").asText());
    }
}
