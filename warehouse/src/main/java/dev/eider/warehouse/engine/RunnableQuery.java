package dev.eider.warehouse.engine;

import java.util.Map;
import java.util.Set;

/**
 * A query whose final text was parsed once more after it was rewritten, and was found to say what passed the gate.
 *
 * <p>Only such a text of a caller runs, and only this package makes one of it. Immutable.
 */
public final class RunnableQuery {
    private final String sql;
    private final RelationNames names;
    private final Set<SyntaxTree.Call> functions;

    private RunnableQuery(String sql, RelationNames names, Set<SyntaxTree.Call> functions) {
        this.sql = sql;
        this.names = names;
        this.functions = Set.copyOf(functions);
    }

    /** Takes over a query that was checked, and what it was found to name. */
    static RunnableQuery checked(String sql, RelationNames names, Set<SyntaxTree.Call> functions) {
        return new RunnableQuery(sql, names, functions);
    }

    /** Returns a query of our own, in which nothing of a caller's is but quoted names and values. */
    public static RunnableQuery ofOurOwn(String sql) {
        return new RunnableQuery(sql, new RelationNames(Map.of(), Map.of(), Map.of()), Set.of());
    }

    /** Returns the text that runs. */
    public String sql() {
        return sql;
    }

    /** Returns the query of the same columns without rows, after DuckDB has parsed it. */
    RunnableQuery withoutRows(SyntaxSource source) {
        String without = "SELECT * FROM (%s\n) LIMIT 0".formatted(sql);
        FinalText.require(source, without, names, functions);
        return new RunnableQuery(without, names, functions);
    }
}
