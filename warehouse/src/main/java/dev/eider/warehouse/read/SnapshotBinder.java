package dev.eider.warehouse.read;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.changes.TableChanges;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.ParsedQuery;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.RunnableQuery;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.metadata.MetadataTables;
import dev.eider.warehouse.scan.ScanRelation;
import dev.eider.warehouse.scan.SnapshotPlanner;
import dev.eider.warehouse.storage.Storage;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Pins every table of a caller's query to one snapshot, and runs what is pinned.
 *
 * <p>All pointers of a statement are read in one catalog query. Each distinct table and snapshot becomes one temporary
 * view of the request's own connection; the caller's text is untouched otherwise. Thread-safe.
 */
public final class SnapshotBinder {
    private final TableCatalog catalog;
    private final QueryEngine engine;
    private final Binding.Parts parts;
    private final TableVersions versions;
    private final PinnedTables tables;
    private final ChosenScan planner;
    private final QuerySize size;
    private final Presentation.Tools tools;
    private final ChangeBounds changeBounds;
    private final ReadConfig config;
    private final Clock clock;
    private final MinimumSnapshots minimums;
    private final DescribedQueries described = new DescribedQueries();

    /** Fails unless the engine has what the configuration asks for. */
    public static void requireEngine(ReadConfig config, QueryEngine engine) {
        ChosenScan.require(config.engine(), engine);
    }

    /** Creates a binder over an engine that has what the configuration asks for. */
    public SnapshotBinder(
            TableCatalog catalog,
            QueryEngine engine,
            Storage storage,
            SnapshotPlanner planner,
            ReadConfig config,
            Clock clock) {
        this.catalog = catalog;
        this.engine = engine;
        this.versions = new TableVersions(catalog.history());
        this.tables = new PinnedTables(catalog);
        ScanRelation relation = new ScanRelation(storage, engine);
        this.planner = new ChosenScan(
                config.engine(), engine, new IcebergScan(storage.allowed()), new PlannedScan(planner, relation));
        MetadataTotals totals = new MetadataTotals(planner.totals());
        this.size = new QuerySize(planner, totals);
        this.tools = new Presentation.Tools(
                this.planner,
                new MetadataTables(catalog.history()),
                new TableChanges(catalog.history(), planner, relation),
                new CatalogListings(catalog),
                totals);
        this.changeBounds = new ChangeBounds(catalog.history(), versions);
        this.config = config;
        this.clock = clock;
        this.minimums = new MinimumSnapshots(catalog.history());
        this.parts = new Binding.Parts(catalog, engine, versions, changeBounds, minimums, tools);
    }

    /** Returns how tables are read as a rule, and why: a sentence for people. */
    public String readEngine() {
        return planner.description();
    }

    /** Returns how each table of a bound query is read, and why, in the order of its pins. */
    public List<ScanChoice> choices(BoundQuery query) {
        Map<BoundQuery.Pin, TableState> states = tables.of(query);
        return query.pins().stream()
                .map(pin -> pin.facet() instanceof Facet.Rows
                        ? planner.choice(Objects.requireNonNull(states.get(pin), "state"), pin)
                        : new ScanChoice(ReadConfig.Engine.PLANNED, "only its metadata is read"))
                .toList();
    }

    /**
     * Checks a query and pins its tables. Runs nothing, unless the data has to tell the columns, as for PIVOT without
     * values.
     *
     * @param options what a caller has to see, or the version that it wants
     * @param cancellation for a caller that may leave meanwhile
     */
    public BoundQuery bind(String sql, ReadOptions options, BufferAllocator allocator, Cancellation cancellation) {
        return new Binding(parts, options, allocator, cancellation).bind(sql, clock.instant());
    }

    /** Pins the reading of one whole table, at its current snapshot unless the options name another version. */
    public BoundQuery bindTable(TableIdentifier name, ReadOptions options) {
        Instant now = clock.instant();
        TableState state = catalog.load(name);
        String sql = "SELECT * FROM %s.%s"
                .formatted(
                        SqlText.quoteIdentifier(state.identifier().namespace().toString()),
                        SqlText.quoteIdentifier(state.identifier().name()));
        BoundQuery.Pin pin = versions.pin(state, options.version());
        Map<BoundQuery.Pin, TableState> pinned = Map.of(pin, state);
        minimums.require(options, pinned);
        return new BoundQuery(sql, List.of(pin), now, pinned);
    }

    /**
     * Pins the changes of one table after a snapshot, up to the head of a branch.
     *
     * @param after the head itself if it is missing
     */
    public BoundQuery bindChanges(TableIdentifier name, OptionalLong after, String branch) {
        Instant now = clock.instant();
        TableState state = catalog.load(name);
        BoundQuery.Pin pin = changeBounds.pin(state, after, branch);
        return new BoundQuery(ChangeBounds.sql(pin), List.of(pin), now, Map.of(pin, state));
    }

    /** Returns the Arrow schema of a bound query's result, without running it. */
    public Schema schema(BoundQuery query, BufferAllocator allocator) {
        return schema(query, allocator, new Cancellation());
    }

    /** Like the other, for a caller that may leave meanwhile. */
    public Schema schema(BoundQuery query, BufferAllocator allocator, Cancellation cancellation) {
        return described.of(query, () -> describe(query, allocator, cancellation));
    }

    private Schema describe(BoundQuery query, BufferAllocator allocator, Cancellation cancellation) {
        try (EngineConnection connection = engine.connect(cancellation)) {
            RunnableQuery presented = present(connection, query, new Presentation(tools, allocator, true));
            List<String> names = connection.columnNames(presented);
            ArrowReader reader = connection.describe(presented, allocator);
            List<Field> fields = reader.getVectorSchemaRoot().getSchema().getFields();
            List<Field> named = new ArrayList<>();
            for (int i = 0; i < fields.size(); i++) {
                named.add(renamed(fields.get(i), names.get(i)));
            }
            return new Schema(named);
        } catch (IOException e) {
            throw new EiderException(ErrorCode.INTERNAL, "The schema of a query cannot be read", e);
        }
    }

    /** A subquery renames columns of equal names; the statement itself does not. */
    private static Field renamed(Field field, String name) {
        FieldType type = field.getFieldType();
        return field.getName().equals(name) ? field : new Field(name, type, field.getChildren());
    }

    /** Returns whether a bound query is sure to be little work; plans it, and runs nothing. */
    public boolean isSmall(BoundQuery query, Cancellation cancellation) {
        try (EngineConnection connection = engine.connect(cancellation)) {
            return size.isSmall(parsed(connection, query), query.pins(), tables.of(query));
        }
    }

    /** Prepares to run a bound query; the caller closes the run. The text is gated like any other. */
    public QueryRun run(BoundQuery query, BufferAllocator allocator) {
        return run(query, allocator, new Cancellation());
    }

    /** Like the other, for a caller that may leave meanwhile. */
    public QueryRun run(BoundQuery query, BufferAllocator allocator, Cancellation cancellation) {
        EngineConnection connection = engine.connect(cancellation);
        HeldSnapshots held = HeldSnapshots.of(query, catalog.leases());
        try {
            return new EngineRun(
                    connection,
                    present(connection, query, new Presentation(tools, allocator, false)),
                    allocator,
                    config.batchRows(),
                    held);
        } catch (RuntimeException e) {
            held.close();
            connection.close();
            throw e;
        }
    }

    /** Makes the views that the query needs, and returns its text over them, or over the explanation of it. */
    private RunnableQuery present(EngineConnection connection, BoundQuery query, Presentation presentation) {
        ParsedQuery parsed = parsed(connection, query);
        Presentation.Presented presented = presentation.present(connection, parsed, query.pins(), tables.of(query));
        if (parsed.explain().isEmpty()) {
            return presented.query();
        }
        return presentation.columnsOnly()
                ? Explanation.columns(connection, presented.query())
                : Explanation.of(connection, presented, parsed.explain().get());
    }

    private static ParsedQuery parsed(EngineConnection connection, BoundQuery query) {
        ParsedQuery parsed = connection.parse(query.sql());
        if (parsed.tables().size() != query.pins().size()) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "The ticket's tables are not those of its SQL");
        }
        return parsed;
    }
}
