package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.scan.ScanPlan;
import java.util.Optional;
import org.apache.iceberg.expressions.Expression;

/** Presents one pinned table to the engine. Implementations are thread-safe and give the same rows. */
interface ScanPlanner {

    /**
     * How the rows of a pinned table are read. Immutable.
     *
     * @param relation a query over the rows, with the columns of the pinned schema in their order
     * @param plan what it reads; missing where the engine finds that out by itself
     */
    record Scan(String relation, ScanChoice choice, Optional<ScanPlan> plan) {}

    /**
     * Decides how to read the rows of a pinned table.
     *
     * <p>A table that this planner cannot read right is refused, never read wrongly.
     *
     * @param connection where the query is to run, and until whose end it can
     * @param filter over the columns of the pinned schema: rows that it is not true of may be missing
     */
    Scan scan(EngineConnection connection, TableState table, BoundQuery.Pin pin, Expression filter);
}
