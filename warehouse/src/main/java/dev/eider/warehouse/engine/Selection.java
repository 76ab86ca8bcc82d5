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
 */
public record Selection(List<Source> sources, List<ColumnCondition> conditions, Set<String> merged, boolean natural) {

    /** Copies the collections, so that nobody changes them later. */
    public Selection {
        sources = List.copyOf(sources);
        conditions = List.copyOf(conditions);
        merged = Set.copyOf(merged);
    }

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
