package dev.eider.warehouse.engine;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One SELECT of a statement: what its FROM names, and what its WHERE asks of it. Immutable.
 *
 * @param sources every relation that a column's name could mean
 * @param conditions all true of every row that the SELECT takes from its FROM
 * @param merged names, folded, that USING makes one column of two tables
 * @param natural whether a NATURAL join does the same with names that only the tables tell
 * @param totals every item of a SELECT that asks for nothing but aggregates over all rows of its one table; empty for any
 *     other SELECT
 */
public record Selection(
        List<Source> sources,
        List<ColumnCondition> conditions,
        Set<String> merged,
        boolean natural,
        List<Total> totals) {

    /** Copies the collections, so that nobody changes them later. */
    public Selection {
        sources = List.copyOf(sources);
        conditions = List.copyOf(conditions);
        merged = Set.copyOf(merged);
        totals = List.copyOf(totals);
    }

    /**
     * An aggregate over all rows of a table: their number, or the least or the greatest value of a column.
     *
     * @param column as it was written, with its qualifiers; empty where rows are counted
     * @param call where the call stands in the query's text
     * @param shownAs how the result's column is called, empty if the statement gives it a name
     */
    public record Total(List<String> column, Span call, String shownAs) {
        /** Copies the name, so that nobody changes it later. */
        public Total {
            column = List.copyOf(column);
        }

        /** Returns whether rows are counted. */
        public boolean countsRows() {
            return column.isEmpty();
        }
    }

    /**
     * A part of the query's text.
     *
     * @param start offset of its first character
     * @param end offset behind its last character
     */
    public record Span(int start, int end) {}

    /**
     * A relation in FROM.
     *
     * @param name what qualifies its columns, folded
     * @param table the table, if it is one under its own columns' names
     * @param role how the joins use it
     */
    public record Source(String name, Optional<TableReference> table, Role role) {}

    /** How the joins of a FROM use a relation. */
    public enum Role {
        /** A row is in the result only with a row of this relation. */
        NEEDED,
        /** An outer join may put NULLs where this relation has no row. */
        OPTIONAL,
        /** Which rows the relation has decides about rows of others: it cannot be filtered before the join. */
        WHOLE
    }
}
