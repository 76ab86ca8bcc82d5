package dev.eider.warehouse.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;

/**
 * Has DuckDB parse a statement, and translates what it answers: a syntax tree as JSON, or an error.
 *
 * <p>With {@link SyntaxWalk} and {@link SyntaxNodes}, the only place that knows the shape of that JSON, which differs
 * between DuckDB's versions. Stateless.
 */
final class SyntaxReader {
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(2_000)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private SyntaxReader() {}

    /** Tells whether the statement is {@code SELECT CAST(NULL AS type)} and nothing more. */
    static boolean castsNullAlone(SyntaxSource source, String sql) {
        JsonNode statement = statement(source, sql);
        SyntaxTree tree = SyntaxWalk.over(statement);
        if (!tree.uses().isEmpty() || !tree.functions().isEmpty()) {
            return false;
        }
        JsonNode node = statement.path("node");
        JsonNode list = node.path("select_list");
        JsonNode cast = list.path(0);
        boolean alone = node.path("type").asText().equals("SELECT_NODE")
                && list.size() == 1
                && cast.path("alias").asText().isEmpty()
                && node.path("from_table").path("type").asText().equals("EMPTY")
                && node.path("cte_map").path("map").isEmpty()
                && node.path("modifiers").isEmpty()
                && node.path("group_expressions").isEmpty()
                && node.path("where_clause").isNull()
                && node.path("having").isNull()
                && node.path("qualify").isNull()
                && node.path("sample").isNull();
        JsonNode child = cast.path("child");
        return alone
                && cast.path("class").asText().equals("CAST")
                && !cast.path("try_cast").asBoolean()
                && child.path("class").asText().equals("CONSTANT")
                && child.path("value").path("is_null").asBoolean();
    }

    /** Returns the tree of the only statement of a text. */
    static JsonNode statement(SyntaxSource source, String sql) {
        JsonNode answer = parsed(source.serialized(sql));
        if (answer.path("error").asBoolean()) {
            throw refused(answer, sql);
        }
        JsonNode statements = answer.path("statements");
        if (statements.size() != 1) {
            throw new EiderException(
                    ErrorCode.INVALID_SQL, "Expected one statement, but the text holds " + statements.size());
        }
        return statements.get(0);
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (StreamConstraintsException e) {
            throw SyntaxWalk.tooDeep();
        } catch (JsonProcessingException e) {
            throw new EiderException(ErrorCode.INTERNAL, "The engine's syntax tree could not be read", e);
        }
    }

    private static EiderException refused(JsonNode answer, String sql) {
        String message = answer.path("error_message").asText();
        if (message.startsWith("Only SELECT statements")) {
            return OtherStatements.refused(sql);
        }
        if (message.startsWith("Max expression depth") || message.startsWith("memory exhausted")) {
            return SyntaxWalk.tooDeep();
        }
        if (message.startsWith("NameListToString")) {
            message = "A table name has at most three parts; quote a nested namespace as one name: \"a.b\".t";
        }
        // Unlike places in the tree, the place of an error is counted in characters, not in bytes.
        int position = answer.path("position").asInt(-1);
        boolean known = position >= 0 && position <= sql.codePointCount(0, sql.length());
        String place = known ? TextPosition.shown(sql, sql.offsetByCodePoints(0, position)) : "";
        return new EiderException(
                ErrorCode.INVALID_SQL,
                message.lines().findFirst().orElse("Syntax error") + OtherStatements.hint(sql) + place);
    }
}
