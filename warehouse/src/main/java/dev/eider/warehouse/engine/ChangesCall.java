package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code table_changes('namespace.table', from, to)}, which looks like a function and names a table. Stateless. */
final class ChangesCall {
    static final String NAME = "table_changes";
    private static final String USAGE = NAME + "('namespace.table', from, to)";

    private ChangesCall() {}

    /** Returns whether a call in FROM means ours; with a schema in front, it does not. */
    static boolean isNamed(JsonNode function) {
        return SqlToken.lower(function.path("function_name").asText()).equals(NAME)
                && function.path("schema").asText().isEmpty()
                && function.path("catalog").asText().isEmpty();
    }

    /** Reads the node of the relation. */
    static SyntaxTree.Changes read(JsonNode relation) {
        JsonNode arguments = relation.path("function").path("children");
        JsonNode table = arguments.path(0);
        boolean named = !relation.path("with_ordinality").asText().equals("WITHOUT_ORDINALITY");
        List<JsonNode> versions = new ArrayList<>();
        for (JsonNode argument : arguments) {
            named |= !argument.path("alias").asText().isEmpty();
            versions.add(argument);
        }
        boolean text = table.path("class").asText().equals("CONSTANT")
                && table.path("value").path("type").path("id").asText().equals("VARCHAR")
                && !table.path("value").path("is_null").asBoolean();
        if (named || !text || arguments.size() < 2 || arguments.size() > 3) {
            throw misused();
        }
        return new SyntaxTree.Changes(
                table.path("value").path("value").asText(),
                relation.path("alias").asText(),
                SyntaxWalk.location(relation),
                versions);
    }

    /** Returns the names in the text that names the table; they are quoted in it as they are in SQL. */
    static List<String> path(String table) {
        List<String> path = new ArrayList<>();
        boolean dot = true;
        for (SqlToken token : SqlLexer.tokens(table)) {
            if (dot == token.isSymbol(".") || (dot && !token.isIdentifier())) {
                throw malformed(table);
            }
            if (dot) {
                path.add(token.identifier());
            }
            dot = !dot;
        }
        if (dot || path.size() > 3) {
            throw malformed(table);
        }
        return path;
    }

    private static EiderException malformed(String table) {
        return new EiderException(
                ErrorCode.INVALID_SQL,
                "\"%s\" in %s names no table: use table, namespace.table or eider.namespace.table"
                        .formatted(table, NAME));
    }

    static EiderException misused() {
        return new EiderException(
                ErrorCode.INVALID_SQL,
                "Use " + USAGE + ": a text, then the versions, of which the second may be left out");
    }
}
