package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.Connection;

/**
 * Reads a caller's query with DuckDB's own parser, and refuses what a caller may not do.
 *
 * <p>No text of a caller may reach DuckDB in another way. Knows nothing of which tables exist. Immutable, thread-safe;
 * a connection is used by one call at a time. The thread that runs the query needs a stack of 1 MB or more.
 */
public final class SqlParser {
    /** DuckDB's time for one chain of conditions grows with the square of its length: at 160,000, it takes a minute. */
    private static final int MAX_CONDITIONS = 20_000;

    private final FunctionGate gate = new FunctionGate();

    /**
     * Parses one query, or what EXPLAIN is to explain.
     *
     * @param connection any connection to the engine; nothing is run on it but the parser
     * @throws EiderException INVALID_SQL if the text is not one well-formed statement, UNSUPPORTED if it is not a query
     *     or has parameters, FORBIDDEN if it does something that callers may not
     */
    public ParsedQuery parse(Connection connection, String sql) {
        return parse(SyntaxSource.over(connection), sql);
    }

    /** Like the other, with a parser of any connection to the engine. */
    ParsedQuery parse(SyntaxSource source, String sql) {
        String text = PlainBlanks.in(SqlLexer.statement(sql));
        requireFewConditions(text);
        ExplainPrefix explain = ExplainPrefix.of(text);
        JsonNode statement = SyntaxReader.statement(source, explain.query());
        SyntaxTree tree = SyntaxWalk.over(statement);
        tree.uses().forEach(SqlParser::check);
        tree.functions().forEach(gate::check);
        return new ReferenceFinder(explain.query(), tree).query(statement).explained(text, explain.mode());
    }

    private static void requireFewConditions(String text) {
        long conditions = SqlLexer.significant(text).stream()
                .filter(token -> token.isKeyword("AND") || token.isKeyword("OR"))
                .count();
        if (conditions > MAX_CONDITIONS) {
            throw new EiderException(
                    ErrorCode.INVALID_SQL,
                    "The statement joins " + conditions + " conditions by AND and OR; the limit is " + MAX_CONDITIONS);
        }
    }

    private static void check(SyntaxTree.Trait trait) {
        switch (trait) {
            case PARAMETER -> throw unsupported("Parameters such as ? and $1 are not supported yet");
            case QUALIFIED_STAR ->
                throw unsupported("A namespace is not supported inside EXCLUDE and RENAME; name the column alone");
            case AGGREGATE_STATE -> throw unsupported("EXPORT_STATE is not supported");
            case QUALIFIED_TYPE -> throw unsupported("A type cannot be named with a schema");
        }
    }

    private static EiderException unsupported(String message) {
        return new EiderException(ErrorCode.UNSUPPORTED, message);
    }
}
