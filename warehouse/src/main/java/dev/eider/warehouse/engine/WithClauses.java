package dev.eider.warehouse.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds out which WITH clauses a place in a statement sees, so that a query which is cut out of it keeps them. Immutable.
 *
 * <p>Looks at the frame of the statement only. What it does not understand it takes for no clause: the query then names
 * tables that are not there, and is refused.
 */
final class WithClauses {
    private static final int MAX_CLAUSES = 50;

    private final String text;
    private final List<SqlToken> tokens;

    WithClauses(String text, List<SqlToken> tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    /** Returns whether the query of a level begins at a token, if need be behind a WITH clause. */
    boolean beginsQuery(int index) {
        int first = first(opening(index));
        return index == first || (tokens.get(first).isKeyword("WITH") && end(first) == index);
    }

    /** Returns a query behind all clauses that a token sees, the outermost first. */
    String around(int index, String query) {
        String surrounded = query;
        int clauses = 0;
        for (int open = opening(index); open >= -1; open = open < 0 ? -2 : opening(open)) {
            String clause = visible(first(open), index);
            if (!clause.isEmpty()) {
                // DuckDB's parser takes no WITH behind another one, not even in brackets.
                surrounded = clause + (surrounded.equals(query) ? " " + query : " FROM (" + surrounded + ")");
            }
            clauses += tokens.get(first(open)).isKeyword("WITH") ? 1 : 0;
            if (clauses > MAX_CLAUSES) {
                throw SyntaxWalk.tooDeep();
            }
        }
        return surrounded;
    }

    /** Returns the bracket that a token stands in, -1 if it stands in none. */
    private int opening(int index) {
        int depth = 0;
        for (int i = index - 1; i >= 0; i--) {
            SqlToken token = tokens.get(i);
            if (token.isSymbol(")")) {
                depth++;
            } else if (token.isSymbol("(") && depth-- == 0) {
                return i;
            }
        }
        return -1;
    }

    /** Returns the first token of what a bracket holds; of a statement, what is explained or described. */
    private int first(int open) {
        int first = open + 1;
        while (first < tokens.size() - 1
                && (ListingText.describes(tokens.get(first))
                        || tokens.get(first).isKeyword("EXPLAIN")
                        || tokens.get(first).isKeyword("ANALYZE")
                        || tokens.get(first).isKeyword("ANALYSE"))) {
            first++;
        }
        return first;
    }

    /** Returns what of a WITH clause that may begin at a token another token sees. */
    private String visible(int first, int index) {
        if (!tokens.get(first).isKeyword("WITH")) {
            return "";
        }
        int end = first;
        for (int close : bodies(first)) {
            if (close < index) {
                end = close;
            }
        }
        return end == first
                ? ""
                : text.substring(tokens.get(first).start(), tokens.get(end).end());
    }

    /** Returns the token behind a WITH clause. */
    private int end(int first) {
        List<Integer> bodies = bodies(first);
        return bodies.isEmpty() ? -1 : bodies.get(bodies.size() - 1) + 1;
    }

    /** Returns the closing brackets of the expressions of a WITH clause. */
    private List<Integer> bodies(int first) {
        List<Integer> bodies = new ArrayList<>();
        int i = first + 1;
        while (i < tokens.size()) {
            if (!tokens.get(i).isSymbol("(")) {
                i++;
                continue;
            }
            int close = Brackets.closing(tokens, i);
            if (close < 0) {
                return bodies;
            }
            SqlToken before = tokens.get(i - 1);
            if (before.isKeyword("AS") || before.isKeyword("MATERIALIZED")) {
                bodies.add(close);
                if (close + 1 >= tokens.size() || !tokens.get(close + 1).isSymbol(",")) {
                    return bodies;
                }
            }
            i = close + 1;
        }
        return bodies;
    }
}
