package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlLexerTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "SELECT a.b § WORD:SELECT WORD:a SYMBOL:. WORD:b",
                "\"a\"\"b;\" 'c''d' § QUOTED_IDENTIFIER:\"a\"\"b;\" STRING:'c''d'",
                "E'a\\'b' e'' 'a\\' § STRING:E'a\\'b' STRING:e'' STRING:'a\\'",
                "$$a'b$$ $t$ $$ $t$ $1 $x ? ?2 § STRING:$$a'b$$ STRING:$t$_$$_$t$ PARAMETER:$1 PARAMETER:$x PARAMETER:? PARAMETER:?2",
                "a$b$c § WORD:a$b$c",
                "/* a /* b */ ; */ x --y; § COMMENT:/*_a_/*_b_*/_;_*/ WORD:x COMMENT:--y;",
                "1_000 .5 5. 1.5e-3 § NUMBER:1_000 NUMBER:.5 NUMBER:5. NUMBER:1.5e-3",
                "X'4''1' b'1' § STRING:X'4' STRING:'1' STRING:b'1'",
                "a=-1 § WORD:a SYMBOL:= SYMBOL:- NUMBER:1",
                "a::int4[]:=x=>y § WORD:a SYMBOL::: WORD:int4 SYMBOL:[ SYMBOL:] SYMBOL::= WORD:x SYMBOL:=> WORD:y",
                "a/**/+--b § WORD:a COMMENT:/**/ SYMBOL:+ COMMENT:--b",
                "größe\u00a0x\u3000😀 § WORD:größe WORD:x WORD:😀",
            })
    void cutsTextIntoTokens(String sql, String expected) {
        StringBuilder found = new StringBuilder();
        for (SqlToken token : SqlLexer.tokens(sql)) {
            assertThat(sql.substring(token.start(), token.end())).isEqualTo(token.text());
            found.append(' ')
                    .append(token.kind())
                    .append(':')
                    .append(token.text().replace(' ', '_'));
        }

        assertThat(found.substring(1)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT 'a", "SELECT E'a\\'", "\"a\"\"", "/* /* */", "$x$ $y$", "SELECT E'\\"})
    void refusesWhatIsNotTerminated(String sql) {
        assertThatThrownBy(() -> SqlLexer.tokens(sql))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("not terminated");
    }

    /** As in DuckDB, which looks for the next quote behind a line break. */
    @Test
    void stringsGoOnBehindALineBreak() {
        assertThat(strings("'a'\n'b' c")).containsExactly("ab");
        assertThat(strings("'a' -- it's\n  -- \r 'b''c'")).containsExactly("ab'c");
        assertThat(strings("E'a' \n'b\\'c' -- ")).containsExactly("ab'c");
        assertThat(strings("E'a'\t\u000b\n'b'\r'\\n'")).containsExactly("ab\n");
        assertThat(strings("x'4'\n'1'")).containsExactly("x41");
        assertThat(strings("'a' 'b'")).containsExactly("a", "b");
        assertThat(strings("'a' /*\n*/ 'b'")).containsExactly("a", "b");
        assertThat(strings("$$a$$\n'b'")).containsExactly("a", "b");
        assertThat(strings("x'4''1'")).containsExactly("x4", "1");
    }

    private static List<String> strings(String sql) {
        return SqlLexer.tokens(sql).stream()
                .filter(token -> token.kind() == SqlToken.Kind.STRING)
                .map(SqlToken::stringValue)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0xFF",
                "1e",
                "12abc",
                "1_",
                "U&'a'",
                "u&\"a\"",
                "N'a'",
                "a \\ b",
                "SELECT $",
                "a\u0001b",
                "1.5e+x"
            })
    void refusesWhatItDoesNotKnow(String sql) {
        assertThatThrownBy(() -> SqlLexer.tokens(sql))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("(line 1, column ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '§',
            quoteCharacter = '`',
            value = {
                "SELECT 1 ; -- x § SELECT 1",
                "/* a */ SELECT ';' ;; /* b; */ § /* a */ SELECT ';'",
                "SELECT 1 -- x § SELECT 1",
            })
    void cutsOffWhatFollowsTheStatement(String sql, String statement) {
        assertThat(SqlLexer.statement(sql)).isEqualTo(statement);
    }

    @Test
    void tellsSeveralStatementsFromOne() {
        assertThat(SqlLexer.severalStatements("a; b")).isTrue();
        assertThat(SqlLexer.severalStatements(";a;; -- b")).isFalse();
        assertThat(SqlLexer.severalStatements("';' \";\" $$;$$")).isFalse();
    }

    @Test
    void keywordsAreUnquotedInAnyCase() {
        assertThat(SqlLexer.tokens("InSert").get(0).isKeyword("INSERT")).isTrue();
        assertThat(SqlLexer.tokens("\"insert\"").get(0).isKeyword("INSERT")).isFalse();
        assertThat(SqlLexer.tokens("\u212aey").get(0).isKeyword("KEY")).isFalse();
    }

    @Test
    void namesAndStringsLoseTheirQuotes() {
        assertThat(SqlLexer.tokens("\"a\"\"b\"").get(0).identifier()).isEqualTo("a\"b");
        assertThat(SqlLexer.tokens("'a''b'").get(0).stringValue()).isEqualTo("a'b");
        assertThat(SqlLexer.tokens("$t$a'b$t$").get(0).stringValue()).isEqualTo("a'b");
        assertThat(SqlLexer.tokens("E'a\\n\\'''b'").get(0).stringValue()).isEqualTo("a\n''b");
    }

    @Test
    void textIsQuotedSoThatItMeansItself() {
        assertThat(SqlText.quoteIdentifier("a\"b")).isEqualTo("\"a\"\"b\"");
        assertThat(SqlText.quoteLiteral("it's")).isEqualTo("'it''s'");
        assertThat(SqlText.globEscaped("/w/n*[1]?")).isEqualTo("/w/n[*][[]1][?]");
    }

    @Test
    void aCursorReadsAStatementFromLeftToRight() {
        SqlCursor cursor = new SqlCursor("insert INTO ns.\"T\" /* x */ (a, (b)) select 1");

        cursor.expect("INSERT", "INTO");
        assertThat(cursor.path("a table")).containsExactly("ns", "T");
        assertThat(cursor.parenthesised()).isEqualTo("a, (b)");
        assertThat(cursor.accept("VALUES")).isFalse();
        assertThat(cursor.remaining()).isEqualTo("select 1");
        assertThatThrownBy(() -> cursor.expect("VALUES"))
                .hasMessage(
                        """
                        Expected VALUES, but found select (line 1, column 37)
                          insert INTO ns."T" /* x */ (a, (b)) select 1
                                                              ^""");
        cursor.next();
        cursor.next();
        assertThat(cursor.atEnd()).isTrue();
        assertThatThrownBy(() -> cursor.identifier("a name"))
                .hasMessageStartingWith("Expected a name, but the statement ends");
    }
}
