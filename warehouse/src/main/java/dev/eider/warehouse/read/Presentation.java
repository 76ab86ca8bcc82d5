package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.changes.ChangeRange;
import dev.eider.warehouse.changes.TableChanges;
import dev.eider.warehouse.engine.CatalogListing;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.ParsedQuery;
import dev.eider.warehouse.engine.RelationNames;
import dev.eider.warehouse.engine.RunnableQuery;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.engine.TableReference;
import dev.eider.warehouse.metadata.MetadataTables;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionParser;
import org.apache.iceberg.expressions.Expressions;

/**
 * Makes what the pins of a statement stand for relations of one connection. Immutable.
 *
 * @param columnsOnly whether the statement is only to be described, so that rows that take work can be left out
 */
record Presentation(Tools tools, BufferAllocator allocator, boolean columnsOnly) {

    /** Cannot be guessed: a caller's own name must not stand where one of these is meant. */
    private static final String PREFIX =
            "__eider_" + Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX) + "_";

    /** The number of a table's rows, in a relation that stands for its totals. */
    static final String ROWS = PREFIX + "rows";

    /** What presents each facet of a table. Immutable. */
    record Tools(
            ScanPlanner planner,
            MetadataTables metadata,
            TableChanges changes,
            CatalogListings listings,
            MetadataTotals totals) {}

    /** What one relation shows: what is pinned, without the rows that one reference does not need; or its totals. */
    private record Wanted(BoundQuery.Pin pin, String filter, Optional<String> totals) {}

    /**
     * A statement over relations of a connection.
     *
     * @param relations in the order of their first appearance
     */
    record Presented(RunnableQuery query, List<Relation> relations) {}

    /**
     * What one relation of a connection shows.
     *
     * @param name its own, unquoted
     * @param scan how rows of a table are read
     */
    record Relation(
            String name, BoundQuery.Pin pin, TableState state, Expression filter, Optional<ScanPlanner.Scan> scan) {}

    /**
     * Makes a view or temporary table for each pin and filter, and returns the statement's text over them.
     *
     * @param pins of the statement's references, in their order
     * @param states a table for each pin
     */
    Presented present(
            EngineConnection connection,
            ParsedQuery query,
            List<BoundQuery.Pin> pins,
            Map<BoundQuery.Pin, TableState> states) {
        Map<TableReference, Schema> schemas = schemas(query, pins, states);
        Map<TableReference, Expression> filters = ScanFilters.of(query, schemas);
        Map<Wanted, String> names = new HashMap<>();
        List<Relation> presented = new ArrayList<>();
        Map<TableReference, String> relations = new HashMap<>();
        Map<TableReference, String> counts = new HashMap<>();
        for (int i = 0; i < pins.size(); i++) {
            BoundQuery.Pin pin = pins.get(i);
            TableReference reference = query.tables().get(i);
            Expression filter = filters.getOrDefault(reference, Expressions.alwaysTrue());
            MetadataTotals.Pinned pinned = new MetadataTotals.Pinned(state(states, pin), pin);
            Optional<String> totals = tools.totals().relation(query, reference, pinned, schemas, ROWS);
            totals.ifPresent(any -> counts.put(reference, ROWS));
            Wanted wanted = new Wanted(pin, ExpressionParser.toJson(filter), totals);
            String name = names.get(wanted);
            if (name == null) {
                name = PREFIX + names.size();
                presented.add(
                        totals.isPresent()
                                ? presentTotals(connection, name, pinned, totals.get())
                                : present(connection, name, pinned, filter));
                names.put(wanted, name);
            }
            relations.put(reference, name);
        }
        Map<CatalogListing, String> listings = new HashMap<>();
        for (CatalogListing listing : query.listings()) {
            String name = PREFIX + (names.size() + listings.size());
            createView(connection, name, tools.listings().relation(listing, columnsOnly));
            listings.put(listing, name);
        }
        return new Presented(connection.rewrite(query, new RelationNames(relations, listings, counts)), presented);
    }

    private static void createView(EngineConnection connection, String name, String query) {
        connection.execute("CREATE TEMP VIEW %s AS %s".formatted(SqlText.quoteIdentifier(name), query));
    }

    private static Relation presentTotals(
            EngineConnection connection, String name, MetadataTotals.Pinned pinned, String totals) {
        createView(connection, name, totals);
        return new Relation(name, pinned.pin(), pinned.state(), Expressions.alwaysTrue(), Optional.empty());
    }

    private Relation present(
            EngineConnection connection, String name, MetadataTotals.Pinned pinned, Expression filter) {
        TableState state = pinned.state();
        BoundQuery.Pin pin = pinned.pin();
        if (pin.facet() instanceof Facet.Metadata described) {
            if (columnsOnly) {
                tools.metadata().presentColumns(connection, name, state, described.table());
            } else {
                tools.metadata().present(connection, name, state, described.table(), pin.snapshot(), allocator);
            }
            return new Relation(name, pin, state, filter, Optional.empty());
        }
        if (pin.facet() instanceof Facet.Changes changes) {
            createView(connection, name, changes(connection, state, pin, changes));
            return new Relation(name, pin, state, filter, Optional.empty());
        }
        // Columns need no files: none is planned, and none is fetched.
        ScanPlanner.Scan scan =
                tools.planner().scan(connection, state, pin, columnsOnly ? Expressions.alwaysFalse() : filter);
        createView(connection, name, scan.relation());
        return new Relation(name, pin, state, filter, Optional.of(scan));
    }

    private String changes(EngineConnection connection, TableState state, BoundQuery.Pin pin, Facet.Changes changes) {
        Schema schema = Objects.requireNonNull(state.metadata().schemasById().get(pin.schemaId()), "schema");
        // Nothing happened between a snapshot and itself.
        ChangeRange range = columnsOnly
                ? new ChangeRange(ChangeRange.BEGINNING, 0, Optional.<Snapshot>empty())
                : new ChangeRange(changes.afterSnapshotId(), changes.afterSequenceNumber(), pin.snapshot());
        return tools.changes().relation(connection, state, schema, range);
    }

    /** Returns the columns of each reference that reads a table's rows. */
    static Map<TableReference, Schema> schemas(
            ParsedQuery query, List<BoundQuery.Pin> pins, Map<BoundQuery.Pin, TableState> states) {
        Map<TableReference, Schema> schemas = new HashMap<>();
        for (int i = 0; i < pins.size(); i++) {
            BoundQuery.Pin pin = pins.get(i);
            Schema schema = state(states, pin).metadata().schemasById().get(pin.schemaId());
            if (schema != null && pin.facet() instanceof Facet.Rows) {
                schemas.put(query.tables().get(i), schema);
            }
        }
        return schemas;
    }

    private static TableState state(Map<BoundQuery.Pin, TableState> states, BoundQuery.Pin pin) {
        return Objects.requireNonNull(states.get(pin), "state");
    }
}
