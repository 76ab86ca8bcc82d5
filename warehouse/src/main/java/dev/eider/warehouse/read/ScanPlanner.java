package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import org.apache.iceberg.expressions.Expression;

/** Presents one pinned table to the engine. Implementations are thread-safe and give the same rows. */
interface ScanPlanner {

    /**
     * Returns a query over the rows of a pinned table, with the columns of its pinned schema in their order.
     *
     * <p>A table that this planner cannot read right is refused, never read wrongly.
     *
     * @param connection where the query is to run, and until whose end it can
     * @param filter over the columns of the pinned schema: rows that it is not true of may be missing
     */
    String relation(EngineConnection connection, TableState table, BoundQuery.Pin pin, Expression filter);
}
