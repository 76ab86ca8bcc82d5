package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.ParsedQuery;
import dev.eider.warehouse.engine.TableReference;
import dev.eider.warehouse.scan.ScanFile;
import dev.eider.warehouse.scan.SnapshotPlanner;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/**
 * Foresees, from plans alone, which queries handle few rows at most. Thread-safe.
 *
 * <p>Sure of those that it calls small; a query that turns out small may not be called so.
 */
final class QuerySize {
    /** The engine scans and aggregates so many rows in some tenths of a second. */
    private static final long MOST_ROWS = 4_000_000;

    private final SnapshotPlanner planner;
    private final MetadataTotals totals;

    QuerySize(SnapshotPlanner planner, MetadataTotals totals) {
        this.planner = planner;
        this.totals = totals;
    }

    /**
     * Returns whether a query handles few rows, even if it combines each row of a table with each of the others.
     *
     * @param pins of the query's references, in their order
     * @param states a table for each pin
     */
    boolean isSmall(ParsedQuery query, List<BoundQuery.Pin> pins, Map<BoundQuery.Pin, TableState> states) {
        if (!query.isBoundedByTables()) {
            return false;
        }
        Map<TableReference, Schema> schemas = Presentation.schemas(query, pins, states);
        Map<TableReference, Expression> filters = ScanFilters.of(query, schemas);
        long combinations = 1;
        for (int i = 0; i < pins.size(); i++) {
            TableReference reference = query.tables().get(i);
            BoundQuery.Pin pin = pins.get(i);
            TableState state = Objects.requireNonNull(states.get(pin), "state");
            if (pin.facet() instanceof Facet.Changes) {
                return false;
            }
            Schema schema = schemas.get(reference);
            if (schema != null
                    && totals.relation(query, reference, new MetadataTotals.Pinned(state, pin), schemas, "n")
                            .isEmpty()) {
                Expression filter = filters.getOrDefault(reference, Expressions.alwaysTrue());
                long rows = planner.plan(state, pin.snapshot(), schema, filter).files().stream()
                        .mapToLong(QuerySize::rows)
                        .sum();
                if (rows > MOST_ROWS / combinations) {
                    return false;
                }
                combinations *= Math.max(1, rows);
            }
        }
        return true;
    }

    private static long rows(ScanFile file) {
        return file.rows() < 0 ? MOST_ROWS + 1 : file.rows();
    }
}
