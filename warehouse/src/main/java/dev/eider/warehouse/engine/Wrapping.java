package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.security.SecureRandom;

/**
 * A query of our own around an expression of a caller, such as the version in AT (…).
 *
 * <p>What is made of it is parsed again and compared with the same query around a constant, so that the expression is
 * there as it passed the gate, and everything else as it was written here. Thread-safe.
 */
public final class Wrapping {
    /** Cannot be guessed, so that it is found once. */
    private static final String GAP =
            SqlText.quoteLiteral("__eider_gap_" + Long.toString(new SecureRandom().nextLong() >>> 1, 36));

    private final String template;
    private volatile String around = "";

    /**
     * Creates a query.
     *
     * @param template with {@code %s} where the expression belongs, within brackets
     */
    public Wrapping(String template) {
        this.template = template;
    }

    /** Returns the text around an expression, after DuckDB has parsed it. */
    String around(SyntaxSource source, GatedExpression expression) {
        String gap = QueryShape.of(selected(source, "SELECT " + GAP));
        if (around.isEmpty()) {
            around = QueryShape.of(SyntaxReader.statement(source, filled(GAP)));
        }
        String sql = filled(expression.text());
        JsonNode tree = SyntaxReader.statement(source, sql);
        SyntaxWalk.over(tree);
        boolean once = around.split(java.util.regex.Pattern.quote(gap), -1).length == 2;
        if (!once || !QueryShape.of(tree).equals(around.replace(gap, expression.shape()))) {
            throw new EiderException(
                    ErrorCode.FORBIDDEN, "The version %s cannot be evaluated safely".formatted(expression));
        }
        return sql;
    }

    private static JsonNode selected(SyntaxSource source, String sql) {
        return SyntaxReader.statement(source, sql)
                .path("node")
                .path("select_list")
                .path(0);
    }

    /** The line break ends a comment. */
    private String filled(String expression) {
        return template.replace("%s", expression + "\n");
    }
}
