package dev.eider.warehouse.statement;

import dev.eider.warehouse.read.BoundQuery;

/** A statement that passed the gate: either it returns rows, or it changes something. Immutable. */
public sealed interface SqlStatement {

    /** Returns rows and changes nothing. */
    record Query(BoundQuery query) implements SqlStatement {}

    /**
     * Changes a table when it is executed, and answers with a count of rows.
     *
     * @param sql the statement as it was written
     * @param action its keywords and its table, such as {@code CREATE TABLE main.t}
     */
    record Update(String sql, String action) implements SqlStatement {}
}
