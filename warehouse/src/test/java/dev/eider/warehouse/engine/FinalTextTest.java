package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last wall alone: a text that is not what passed the gate does not run, however it came about. */
class FinalTextTest {
    private static final RelationNames NAMES = new RelationNames(Map.of(), Map.of(), Map.of());
    private static final Set<SyntaxTree.Call> FUNCTIONS = Set.of(new SyntaxTree.Call("", "", "lower", false));

    private static Connection connection;
    private static SyntaxSource source;

    @BeforeAll
    static void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
        source = SyntaxSource.over(connection);
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM t",
                "SELECT * FROM duckdb_settings",
                "SELECT * FROM '/etc/passwd'",
                "SELECT * FROM duckdb_settings()",
                "SELECT * FROM lower('a')",
                "SELECT upper('a')",
                "SELECT main.lower('a')",
                "SELECT current_setting('x')",
                "SELECT * FROM table_changes('t', 0)",
                "SHOW TABLES",
                "SELECT * FROM (SHOW ALL TABLES)",
                "SELECT ?",
                "SELECT 1; SELECT 2",
                "DROP TABLE t",
                "SELECT lower('a') FROM t AT (VERSION => 1)",
                "WITH x AS (FROM read_text('/etc/passwd')) SELECT 1",
            })
    void whatPassedNoGateIsRefused(String sql) {
        assertThatThrownBy(() -> FinalText.require(source, sql, NAMES, FUNCTIONS))
                .isInstanceOf(EiderException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT lower('b') AS x",
                "SELECT lower('A') AS x",
                "SELECT lower('a') AS X",
                "SELECT lower(a) AS x",
                "SELECT lower('a') AS x LIMIT 1",
                "SELECT DISTINCT lower('a') AS x",
                "SELECT lower('a') AS x WHERE true",
                "SELECT lower('a') AS x, 1",
                "WITH c AS (SELECT 1) SELECT lower('a') AS x",
                "SELECT lower('a')::VARCHAR AS x",
                "FROM (SELECT lower('a') AS x)",
            })
    void anotherQueryIsRefused(String sql) {
        String shape = QueryShape.of(SyntaxReader.statement(source, "SELECT lower('a') AS x"));

        FinalText.require(source, "SELECT /* here */ lower( E'\\x61' )\tAS \"x\"", NAMES, FUNCTIONS)
                .sameAs(shape);
        EiderException refusal =
                catchThrowableOfType(EiderException.class, () -> FinalText.require(source, sql, NAMES, FUNCTIONS)
                        .sameAs(shape));

        assertThat(refusal.code()).isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void aVersionIsEvaluatedOnlyAsItStoodInTheStatement() {
        Wrapping query = new Wrapping("SELECT (%s), 1");
        String shape = QueryShape.of(SyntaxReader.statement(source, "SELECT 'a'")
                .path("node")
                .path("select_list")
                .path(0));

        assertThat(query.around(source, new GatedExpression("'a' -- here", shape)))
                .isEqualTo("SELECT ('a' -- here\n), 1");
        for (String other :
                Set.of("'b'", "'a'), (SELECT 1", "'a', 'a'", "('a'), lower('a')", "'a'\n'b'", "?", "'a' --\n+ 1")) {
            assertThatThrownBy(() -> query.around(source, new GatedExpression(other, shape)))
                    .as(other)
                    .isInstanceOf(EiderException.class);
        }
    }

    @Test
    void aTextOfEqualShapeIsTheSameQueryWhereverItsWordsStand() {
        Set<String> shapes = Set.of(
                        "SELECT a+1 AS b FROM x WHERE a IN (1,2) ORDER BY 1",
                        "select \"a\" + 1 as b\nfrom x /* here */ where a in ((1), 2) order by 1 -- there")
                .stream()
                .map(sql -> QueryShape.of(SyntaxReader.statement(source, sql)))
                .collect(Collectors.toSet());

        assertThat(shapes).hasSize(1);
    }
}
