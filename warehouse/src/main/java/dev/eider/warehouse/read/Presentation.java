package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.metadata.MetadataTables;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Makes what a pin stands for a relation of one connection. Immutable.
 *
 * @param columnsOnly whether the statement is only to be described, so that rows that take work can be left out
 */
record Presentation(MetadataTables metadata, ScanPlanner planner, BufferAllocator allocator, boolean columnsOnly) {

    /** Makes a view or temporary table of a name. */
    void present(EngineConnection connection, String name, TableState state, BoundQuery.Pin pin) {
        if (!(pin.facet() instanceof Facet.Metadata described)) {
            String relation = planner.relation(connection, state, pin);
            connection.execute("CREATE TEMP VIEW %s AS %s".formatted(SqlText.quoteIdentifier(name), relation));
        } else if (columnsOnly) {
            metadata.presentColumns(connection, name, state, described.table());
        } else {
            metadata.present(connection, name, state, described.table(), pin.snapshot(), allocator);
        }
    }
}
