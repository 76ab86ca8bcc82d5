package dev.eider.warehouse.engine;

import java.util.List;
import java.util.Optional;

/**
 * A place in a query that names a table. Immutable.
 *
 * @param path one to three parts, unquoted: name; namespace and name; catalog, namespace and name
 * @param alias the name that the query gives it, unquoted
 * @param at the version that the query asks for
 * @param position offset of the name in the query's text
 * @param changes what changes of the table are asked for, if not its rows
 */
public record TableReference(
        List<String> path, Optional<String> alias, Optional<At> at, int position, Optional<Changes> changes) {

    /** Copies the path, so that nobody changes it later. */
    public TableReference {
        path = List.copyOf(path);
    }

    /** Refers to the rows of a table. */
    public TableReference(List<String> path, Optional<String> alias, Optional<At> at, int position) {
        this(path, alias, at, position, Optional.empty());
    }

    /** Returns the last part of the path. */
    public String name() {
        return path.get(path.size() - 1);
    }

    /**
     * The version in {@code AT (unit => expression)}. Immutable.
     *
     * @param unit what the expression gives
     * @param expression as it was written
     * @param constant its value where it is a plain constant
     */
    public record At(Unit unit, GatedExpression expression, Optional<String> constant) {}

    /**
     * The versions in {@code table_changes('table', from, to)}, as they were written. Immutable.
     *
     * @param to missing where the current version is meant
     */
    public record Changes(GatedExpression from, Optional<GatedExpression> to) {}

    /** What a version is told by. */
    public enum Unit {
        /** A snapshot, branch or tag. */
        VERSION,
        /** An instant. */
        TIMESTAMP
    }
}
