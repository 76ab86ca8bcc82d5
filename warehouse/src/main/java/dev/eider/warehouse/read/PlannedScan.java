package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.scan.ScanPlan;
import dev.eider.warehouse.scan.ScanRelation;
import dev.eider.warehouse.scan.SnapshotPlanner;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;

/** Has the engine read exactly the rows that are live in a snapshot's data files, mapping columns by field id. */
final class PlannedScan {
    private final SnapshotPlanner planner;
    private final ScanRelation relation;

    PlannedScan(SnapshotPlanner planner, ScanRelation relation) {
        this.planner = planner;
        this.relation = relation;
    }

    ScanPlanner.Scan scan(
            EngineConnection connection, TableState state, BoundQuery.Pin pin, Expression filter, ScanChoice choice) {
        Schema schema = Objects.requireNonNull(state.table().schemas().get(pin.schemaId()), "schema");
        ScanPlan plan = planner.plan(state, pin.snapshot(), schema, filter);
        return new ScanPlanner.Scan(
                relation.of(connection, state, schema, plan, ScanRelation.Rows.PLAIN), choice, Optional.of(plan));
    }
}
