package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Holds the lexer's boundaries against DuckDB's, over texts that are made to be misread. */
class LexerFuzzTest {
    private static final Fuzzing FUZZING = Fuzzing.configured(4_000);

    private Connection connection;

    @Test
    void tokensThatAreSetApartByBlanksMeanTheSame() throws SQLException {
        try (Connection opened = DriverManager.getConnection("jdbc:duckdb:")) {
            connection = opened;
            FUZZING.run("lexer", (random, counts) -> {
                String text = text(random);
                counts.add(compare(text));
            });
        }
    }

    private static String text(Random random) {
        HostileText hostile = new HostileText(random);
        String text = hostile.items();
        return random.nextInt(3) == 0 ? hostile.mutated(text, List.of(hostile.items())) : text;
    }

    /** Returns what became of a text. */
    private String compare(String text) {
        List<SqlToken> tokens;
        String plain;
        try {
            tokens = SqlLexer.significant(text);
            plain = PlainBlanks.in(text);
        } catch (EiderException refused) {
            return "refused by the lexer";
        }
        SyntaxSource source = SyntaxSource.over(connection);
        JsonNode tree;
        try {
            tree = SyntaxReader.statement(source, plain);
        } catch (EiderException refused) {
            return "refused by DuckDB";
        }
        String apart = apart(plain);
        assertThat(shape(source, apart).equals(QueryShape.of(tree)))
                .as("%s means the same as %s", text, apart)
                .isTrue();
        requireStarts(tree, plain, tokens);
        return "the same";
    }

    /** Right before a comment or a sign, DuckDB takes some operators for ones without a special meaning. */
    private static String apart(String text) {
        List<SqlToken> all = SqlLexer.tokens(text);
        StringBuilder apart = new StringBuilder();
        for (int i = 0; i < all.size(); i++) {
            SqlToken token = all.get(i);
            if (token.kind() != SqlToken.Kind.COMMENT) {
                boolean joined = isOperator(token)
                        && i + 1 < all.size()
                        && isOperator(all.get(i + 1))
                        && all.get(i + 1).start() == token.end();
                apart.append(token.text()).append(joined ? "" : runsIntoComment(all, i) ? "/**/ " : " ");
            }
        }
        return apart.toString();
    }

    private static boolean isOperator(SqlToken token) {
        return token.kind() == SqlToken.Kind.SYMBOL
                && ",()[]{}.;".indexOf(token.text().charAt(0)) < 0;
    }

    private static boolean runsIntoComment(List<SqlToken> tokens, int index) {
        int i = index;
        while (i + 1 < tokens.size()
                && tokens.get(i).kind() == SqlToken.Kind.SYMBOL
                && tokens.get(i + 1).start() == tokens.get(i).end()) {
            i++;
        }
        return i > index && tokens.get(i).kind() == SqlToken.Kind.COMMENT;
    }

    private static String shape(SyntaxSource source, String text) {
        try {
            return QueryShape.of(SyntaxReader.statement(source, PlainBlanks.in(text)));
        } catch (EiderException refused) {
            return refused.getMessage();
        }
    }

    /** Every name and constant begins where a token does, and every text is the token's. */
    private static void requireStarts(JsonNode tree, String text, List<SqlToken> tokens) {
        Map<Integer, SqlToken> starts = new HashMap<>();
        tokens.forEach(token -> starts.put(token.start(), token));
        Utf8Offsets offsets = new Utf8Offsets(text);
        for (JsonNode node : tree.findParents("query_location")) {
            String kind = node.path("class").asText();
            int start = offsets.charOffset(SyntaxWalk.location(node));
            if (start < 0 || !(kind.equals("CONSTANT") || kind.equals("COLUMN_REF"))) {
                continue;
            }
            SqlToken token = starts.get(start);
            assertThat(token).as("token at %d of %s", start, text).isNotNull();
            JsonNode value = node.path("value");
            if (token.kind() == SqlToken.Kind.STRING
                    && value.path("type").path("id").asText().equals("VARCHAR")) {
                requireValue(token, value.path("value").asText(), text);
            }
        }
    }

    private static void requireValue(SqlToken token, String expected, String text) {
        try {
            assertThat(token.stringValue()).as(text).isEqualTo(expected);
        } catch (EiderException unsupportedEscape) {
            assertThat(token.text()).contains("\\");
        }
    }
}
