package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Set;

/**
 * A text that is about to run, as DuckDB's parser sees it: the last look at what a caller's statement has become.
 *
 * <p>Whatever cut and joined it, and however that went wrong, it says what passed the gate or it does not run. Immutable.
 */
final class FinalText {
    private final JsonNode tree;

    private FinalText(JsonNode tree) {
        this.tree = tree;
    }

    /**
     * Parses a text, and fails unless it is one query over the given relations alone, of known syntax, without functions
     * beyond those given.
     *
     * @param functions that passed the gate, and those that a rewrite put there
     */
    static FinalText require(SyntaxSource source, String text, RelationNames names, Set<SyntaxTree.Call> functions) {
        JsonNode statement = SyntaxReader.statement(source, text);
        SyntaxTree tree = SyntaxWalk.over(statement);
        Set<String> relations = names.all();
        for (SyntaxTree.Table table : tree.tables()) {
            if (table.path().size() != 1
                    || table.version().isPresent()
                    || !relations.contains(table.path().get(0))) {
                throw changed("the table " + String.join(".", table.path()));
            }
        }
        for (SyntaxTree.Call call : tree.functions()) {
            if (!functions.contains(call)) {
                throw changed("the function " + call.name());
            }
        }
        boolean more = !tree.changes().isEmpty()
                || !tree.listings().isEmpty()
                || !tree.uses().isEmpty();
        if (more) {
            throw changed("more than relations");
        }
        return new FinalText(statement);
    }

    /** Fails unless the text is the query of a shape. */
    void sameAs(String shape) {
        if (!QueryShape.of(tree).equals(shape)) {
            throw changed("another query");
        }
    }

    /** The walk refuses what it does not know, so a message names nothing of the engine. */
    private static EiderException changed(String what) {
        return new EiderException(
                ErrorCode.FORBIDDEN,
                "The statement cannot be run safely: rewritten over its tables' files, it would be read as %s"
                        .formatted(what));
    }
}
