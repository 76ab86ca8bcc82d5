package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Optional;

/**
 * Takes EXPLAIN off a statement, so that what it explains is parsed and gated like any other query. Immutable.
 *
 * @param mode what is asked for, if the statement begins with EXPLAIN
 * @param query the text with blanks where EXPLAIN stood, so that places in it are those of the whole
 */
record ExplainPrefix(Optional<ExplainMode> mode, String query) {

    /** Reads a text of one statement. */
    static ExplainPrefix of(String text) {
        SqlCursor cursor = new SqlCursor(text);
        if (!cursor.accept("EXPLAIN")) {
            return new ExplainPrefix(Optional.empty(), text);
        }
        ExplainMode mode =
                cursor.accept("ANALYZE") || cursor.accept("ANALYSE") ? ExplainMode.ANALYZE : ExplainMode.PLAN;
        if (cursor.atEnd()) {
            throw cursor.expected("a query");
        }
        if (cursor.peek().isSymbol("(") && isOption(cursor.peek(1))) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "EXPLAIN has no options here: write EXPLAIN or EXPLAIN ANALYZE before a query");
        }
        return new ExplainPrefix(Optional.of(mode), cursor.remainingInPlace());
    }

    private static boolean isOption(SqlToken token) {
        return token.isKeyword("FORMAT") || token.isKeyword("ANALYZE") || token.isKeyword("ANALYSE");
    }
}
