package dev.eider.warehouse.statement;

import dev.eider.warehouse.read.BoundQuery;

/** A statement that passed the gate: either it returns rows, or it changes something. Immutable. */
public sealed interface SqlStatement {

    /** Returns rows and changes nothing. */
    record Query(BoundQuery query) implements SqlStatement {}

    /** Changes tables when it is executed, and answers with a count of rows. */
    record Update(String sql) implements SqlStatement {}
}
