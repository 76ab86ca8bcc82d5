package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryRewriteTest {
    private final SqlParser parser = new SqlParser();
    private Connection connection;

    @BeforeEach
    void openEngine() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        run("ATTACH ':memory:' AS eider");
        run("USE eider");
        run("CREATE SCHEMA ns");
        run("CREATE SCHEMA \"a.b\"");
        run(
                "CREATE TABLE t AS SELECT i AS id, i % 3 AS k, 'v' || i AS s, [i, i + 1] AS l, {'x': i} AS r FROM range(9) r(i)");
        run("CREATE TABLE ns.t AS SELECT i AS id, i * 10 AS v FROM range(5) r(i)");
        run("CREATE TABLE ns.u AS SELECT i AS id, 'ü' || i AS n FROM range(3, 8) r(i)");
        run("CREATE TABLE \"a.b\".\"we;ird\"\"t'\" AS SELECT 1 AS id");
        run("CREATE TABLE \"grün\" AS SELECT 7 AS \"größe\"");
        run("CREATE TABLE wide AS SELECT 1 AS id, 2 AS a, 3 AS b, 4 AS c");
    }

    @AfterEach
    void closeEngine() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM t",
                "SELECT id FROM t WHERE t.id > 3 ORDER BY t.id",
                "SELECT main.t.id, eider.main.t.k, t.s FROM t ORDER BY main.t.id",
                "SELECT ns.t.id, eider.ns.t.v FROM ns.t",
                "SELECT ns.t.v FROM eider.ns.t WHERE eider.ns.t.v > 10",
                "SELECT main.t.r.x, t.r.x, r.x FROM main.t",
                "SELECT x.id FROM ns.t AS x",
                "SELECT x.a FROM ns.t AS x(a, b)",
                "SELECT x.id FROM x: ns.t",
                "FROM ns.t SELECT v",
                "FROM t x, ns.t y WHERE x.id = y.id",
                "TABLE ns.t",
                "TABLE ns.t ORDER BY t.id DESC",
                "SELECT * FROM (TABLE t)",
                "TABLE t UNION ALL TABLE t",
                "SELECT * FROM ns.t * ORDER BY 1",
                "DESCRIBE t",
                "DESC ns.t",
                "DESCRIBE FROM ns.t WHERE t.id = 1",
                "DESCRIBE SELECT t.id FROM ns.t",
                "SUMMARIZE ns.t",
                "SUMMARIZE SELECT v FROM ns.t",
                "SELECT * FROM (DESCRIBE ns.t)",
                "SELECT column_name FROM (SUMMARIZE t)",
                "SELECT 'ü', \"größe\", main.\"grün\".\"größe\" FROM \"grün\" /* é */ WHERE 'AT (' <> ''",
                "SELECT * FROM \"a.b\".\"we;ird\"\"t'\"",
                "SELECT \"we;ird\"\"t'\".id FROM \"a.b\".\"we;ird\"\"t'\"",
                "SELECT id FROM ns /* one */ . -- two\n t WHERE ns . /**/ t . id = 2",
                "SELECT\u00a0id\u3000FROM\u00a0ns.u /* ' */ WHERE n = '\u00fc3' OR n = '\u00a0'",
                "WITH c AS (SELECT * FROM ns.t) SELECT * FROM c",
                "WITH t AS (SELECT id + 100 AS id FROM t) SELECT * FROM t",
                "WITH t AS (SELECT 1 AS id) SELECT * FROM t UNION ALL SELECT id FROM ns.t",
                "SELECT * FROM (WITH t AS (SELECT 1 AS one) FROM t), (SELECT max(id) FROM t)",
                "WITH T AS (SELECT 5 AS five) SELECT five FROM t",
                "WITH a AS (SELECT id FROM t), b AS (SELECT id FROM a), t AS (SELECT 1) SELECT * FROM b, t",
                "WITH RECURSIVE c(n) AS (SELECT min(id) FROM t UNION ALL SELECT n + 1 FROM c WHERE n < 4) FROM c",
                "WITH RECURSIVE w(a, b) USING KEY (a) AS (SELECT 1, 2 UNION SELECT a, b + 1 FROM w"
                        + " WHERE b < 4 AND a IN (SELECT a FROM recurring.w)) SELECT * FROM w",
                "SELECT (SELECT max(ns.u.id) FROM ns.u WHERE ns.u.id > main.t.id) FROM main.t ORDER BY 1",
                "SELECT id FROM t WHERE EXISTS (FROM ns.u WHERE u.id = t.id) ORDER BY id",
                "SELECT CASE (SELECT count(*) FROM ns.u) WHEN 1 THEN 'one' WHEN 5 THEN 'five' END",
                "SELECT id FROM t WHERE (SELECT min(id) FROM ns.u) BETWEEN id AND id + 2 ORDER BY id",
                "SELECT * FROM t JOIN ns.u USING (id) ORDER BY id",
                "SELECT * FROM t LEFT JOIN ns.u ON main.t.id = ns.u.id ORDER BY ALL",
                "SELECT t.id, y FROM t, LATERAL (SELECT t.id * 2 AS y) ORDER BY ALL",
                "SELECT u FROM t, unnest(t.l) AS x(u) ORDER BY ALL",
                "SELECT * FROM t ASOF JOIN ns.u ON t.id >= u.id ORDER BY ALL",
                "SELECT id FROM t POSITIONAL JOIN range(9) r(j) ORDER BY j",
                "SELECT id FROM t SEMI JOIN ns.u USING (id) ORDER BY id",
                "SELECT id FROM t UNION SELECT id FROM ns.u EXCEPT SELECT id FROM ns.t ORDER BY id",
                "SELECT k, sum(id) FILTER (WHERE main.t.id > 1) FROM t GROUP BY ALL ORDER BY ALL",
                "SELECT id, row_number() OVER w, lag(id, 1, 0) OVER (PARTITION BY main.t.k ORDER BY main.t.id) FROM t"
                        + " WINDOW w AS (ORDER BY main.t.id) ORDER BY id",
                "SELECT * FROM t QUALIFY rank() OVER (PARTITION BY k ORDER BY id) = 1 ORDER BY id",
                "SELECT k, count(*) FROM t GROUP BY CUBE (k) HAVING count(*) > 1 ORDER BY ALL",
                "PIVOT ns.t ON id IN (1, 2) USING sum(v)",
                "FROM (PIVOT t ON k IN (0, 1) USING count(*) GROUP BY s) ORDER BY s",
                "SELECT * FROM t PIVOT (sum(id) FOR k IN (0, 1) GROUP BY s) ORDER BY s",
                "UNPIVOT wide ON a, b INTO NAME n VALUE v",
                "SELECT * FROM wide UNPIVOT (v FOR n IN (a, b, c))",
                "SELECT list_transform(l, x -> x + main.t.id) FROM main.t ORDER BY id",
                "SELECT [x * 2 FOR x IN l IF x > 1] FROM t ORDER BY id",
                "SELECT list_filter(l, lambda x: x > main.t.k) FROM t ORDER BY id",
                "SELECT * EXCLUDE (t.l) REPLACE (k + 1 AS k) FROM t ORDER BY id",
                "SELECT COLUMNS('i.*') FROM ns.t",
                "SELECT COLUMNS(c -> c LIKE 'i%') FROM ns.t",
                "SELECT t.* FROM ns.t",
                "SELECT s COLLATE NOCASE FROM t ORDER BY s COLLATE NOCASE",
                "SELECT count(*) FROM t TABLESAMPLE 100%",
                "SELECT count(*) FROM ns.t USING SAMPLE 100%",
                "SELECT 1.5e3, typeof(1.5e3), E'\\'' FROM t LIMIT 1",
                "SELECT $x$ FROM t AT ($x$, ' AT (VERSION => 1)' FROM t LIMIT 1;  -- done",
                "SELECT t FROM ns.t",
                "SELECT \"T\".id FROM t\"T\" ORDER BY 1",
                "SELECT 1 AS\"x\"FROM\"t\"AS\"u\",ns.t\"v\"WHERE\"v\".id=\"u\".id",
                "SELECT 'a'\n'b' AS x, E'c' -- d\n'\\'e' FROM t -- 'f\n WHERE 'g' <> '' /* '\n */",
                "SELECT k FROM t WHERE s = 'v' -- x\n'1'",
                "SELECT '😀', id FROM ns.t WHERE '😀' <> '' AND ns.t.id > 1",
                "SELECT \"T\".\"ID\" FROM NS.T ORDER BY Ns.t.ID",
            })
    void rewrittenQueryGivesTheSameAnswer(String sql) throws SQLException {
        ParsedQuery query = parser.parse(connection, sql);

        String rewritten = rewrite(query);

        assertThat(parser.parse(connection, rewritten).tables())
                .allMatch(table -> table.name().startsWith("__eider_"));
        assertThat(rows(rewritten)).isEqualTo(rows(query.text()));
    }

    @Test
    void cutsVersionsOutWhereverTheAliasStands() throws SQLException {
        String sql = "SELECT x.a, t.id FROM ns.u AS x(a, b) AT (VERSION => 3) JOIN ns.t AT(TIMESTAMP => TIMESTAMP"
                + " '2024-01-01 00:00:00' - INTERVAL (1 + 1) DAY) ON x.a = ns.t.id, y: wide AT (VERSION => 'dev')";

        ParsedQuery query = parser.parse(connection, sql);

        assertThat(query.tables())
                .extracting(TableReference::path)
                .containsExactly(List.of("ns", "u"), List.of("ns", "t"), List.of("wide"));
        assertThat(query.tables())
                .extracting(table -> table.at().orElseThrow().expression().text())
                .containsExactly("3", "TIMESTAMP '2024-01-01 00:00:00' - INTERVAL (1 + 1) DAY", "'dev'");
        assertThat(query.tables())
                .extracting(table -> table.at().orElseThrow().constant().orElse("-"))
                .containsExactly("3", "-", "dev");
        assertThat(query.rewrite(table -> "\"__" + table.name() + '"', listing -> "", Map.of()))
                .isEqualTo(
                        "SELECT x.a, t.id FROM \"__u\" AS x(a, b)  JOIN \"__t\" AS \"t\"  ON x.a = \"t\".id, y: \"__wide\" ");
        assertThat(rows(rewrite(query))).hasSize(3);
    }

    @Test
    void listsEachPlaceThatNamesATable() {
        ParsedQuery query =
                parser.parse(connection, "SELECT 'ü' FROM t a, ns.t, (FROM t) WHERE 1 IN (SELECT id FROM ns.u)");

        assertThat(query.tables())
                .extracting(table -> String.join(".", table.path()))
                .containsExactly("t", "ns.t", "t", "ns.u");
        assertThat(query.tables().get(0).alias()).contains("a");
        assertThat(query.tables()).allSatisfy(table -> assertThat(query.text().substring(table.position()))
                .startsWith(String.join(".", table.path())));
    }

    @Test
    void keepsTextThatLooksLikeAReference() {
        ParsedQuery query = parser.parse(connection, "SELECT 'FROM t AT (VERSION => 1)' -- FROM t\nFROM t");

        assertThat(query.rewrite(table -> "r", listing -> "", Map.of()))
                .isEqualTo("SELECT 'FROM t AT (VERSION => 1)' -- FROM t\nFROM r AS \"t\"");
    }

    @Test
    void anExpressionOfTheWithClauseShadowsOnlyInItsScope() {
        ParsedQuery query = parser.parse(
                connection,
                "SELECT * FROM (WITH t AS (SELECT * FROM t) SELECT * FROM t) a, t b, (WITH u AS (FROM t) FROM u, ns.u)");

        assertThat(query.tables())
                .extracting(table -> String.join(".", table.path()))
                .containsExactly("t", "t", "t", "ns.u");
    }

    @Test
    void anExpressionThatOnlyLooksLikeTheNameDoesNotShadow() {
        ParsedQuery query = parser.parse(connection, "WITH \"dar\u212a\" AS (SELECT 1) SELECT * FROM dark");

        assertThat(query.tables()).extracting(TableReference::name).containsExactly("dark");
    }

    @Test
    void theFirstBranchOfARecursiveExpressionDoesNotSeeIt() {
        ParsedQuery query = parser.parse(
                connection,
                "WITH RECURSIVE duckdb_settings AS (SELECT name FROM duckdb_settings UNION ALL SELECT 'x' WHERE false)"
                        + " FROM duckdb_settings");

        assertThat(query.tables()).hasSize(1);
    }

    private String rewrite(ParsedQuery query) throws SQLException {
        Map<String, String> views = new TreeMap<>();
        Map<TableReference, String> names = new HashMap<>();
        for (TableReference table : query.tables()) {
            String key = String.join("\0", table.path());
            if (!views.containsKey(key)) {
                String view = "__eider_" + (views.size() + 1);
                views.put(key, view);
                List<String> path =
                        table.path().stream().map(SqlText::quoteIdentifier).toList();
                run("CREATE OR REPLACE TEMP VIEW " + SqlText.quoteIdentifier(view) + " AS SELECT * FROM "
                        + String.join(".", path));
            }
            names.put(table, views.get(key));
        }
        return query.rewritten(SyntaxSource.over(connection), new RelationNames(names, Map.of(), Map.of()))
                .sql();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<List<String>> rows(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<List<String>> rows = new ArrayList<>();
            int columns = result.getMetaData().getColumnCount();
            List<String> header = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                // An expression without an alias is named after its text, in which a table has another name now.
                String name = result.getMetaData().getColumnName(i);
                header.add(name.contains("(") ? "(expression)" : name);
            }
            rows.add(header);
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(String.valueOf(result.getObject(i)));
                }
                rows.add(row);
            }
            return rows;
        }
    }
}
