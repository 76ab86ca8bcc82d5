package dev.eider.warehouse.read;

import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.engine.DynamicPivots;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.NearestName;
import dev.eider.warehouse.engine.ParsedQuery;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.SqlLexer;
import dev.eider.warehouse.engine.TableReference;
import dev.eider.warehouse.metadata.MetadataTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.catalog.TableIdentifier;

/** Pins the tables of one statement to one moment. Confined to one thread. */
final class Binding {
    private final Parts parts;
    private final ReadOptions options;
    private final BufferAllocator allocator;
    private final Cancellation cancellation;

    Binding(Parts parts, ReadOptions options, BufferAllocator allocator, Cancellation cancellation) {
        this.parts = parts;
        this.options = options;
        this.allocator = allocator;
        this.cancellation = cancellation;
    }

    /** What all bindings share. Thread-safe. */
    record Parts(
            TableCatalog catalog,
            QueryEngine engine,
            TableVersions versions,
            ChangeBounds changeBounds,
            MinimumSnapshots minimums,
            Presentation.Tools tools) {}

    /**
     * Checks a query and pins its tables, all of which are looked up in one catalog query.
     *
     * @param now a moment before that
     */
    BoundQuery bind(String sql, Instant now) {
        BoundQuery query = pinned(sql, now);
        parts.minimums().require(options, query.states());
        return query;
    }

    private BoundQuery pinned(String sql, Instant now) {
        try (EngineConnection connection = parts.engine().connect(cancellation)) {
            List<String> probes = DynamicPivots.probes(sql);
            if (probes.isEmpty()) {
                ParsedQuery query = connection.parse(sql);
                return pinned(connection, query, load(List.of(query)), now);
            }
            Map<TableIdentifier, TableState> states =
                    load(probes.stream().map(connection::parse).toList());
            PivotValues values =
                    new PivotValues(query -> texts(pinned(connection, connection.parse(query), states, now)));
            return pinned(connection, connection.parse(values.fill(SqlLexer.statement(sql))), states, now);
        }
    }

    private Map<TableIdentifier, TableState> load(List<ParsedQuery> queries) {
        return parts.catalog()
                .load(queries.stream()
                        .flatMap(query -> query.tables().stream())
                        .flatMap(table -> Referent.of(table).stream())
                        .map(Referent::table)
                        .distinct()
                        .toList());
    }

    private BoundQuery pinned(
            EngineConnection connection, ParsedQuery query, Map<TableIdentifier, TableState> states, Instant now) {
        List<BoundQuery.Pin> pins = new ArrayList<>();
        Map<BoundQuery.Pin, TableState> pinned = new HashMap<>();
        for (TableReference reference : query.tables()) {
            Referent referent = Referent.choose(Referent.of(reference), states, this::near);
            TableState state = Objects.requireNonNull(states.get(referent.table()), "state");
            BoundQuery.Pin pin = reference
                    .changes()
                    .map(changes -> parts.changeBounds().pin(connection, state, changes))
                    .orElseGet(() -> referent.pin(state, version(connection, reference, referent), parts.versions()));
            pins.add(pin);
            pinned.put(pin, state);
        }
        return new BoundQuery(query.text(), pins, now, pinned);
    }

    /** Asks the catalog only where a statement fails. */
    private String near(TableIdentifier missing) {
        if (!parts.catalog().namespaceExists(missing.namespace())) {
            return "";
        }
        List<String> names = parts.catalog().listTables(missing.namespace()).stream()
                .map(TableIdentifier::name)
                .toList();
        return NearestName.suggestion(missing.name(), names);
    }

    /** What describes a table as a whole is read as it is now, unless the statement itself gives a version. */
    private TableVersion version(EngineConnection connection, TableReference reference, Referent referent) {
        boolean ofOneSnapshot =
                referent.metadata().map(MetadataTable::ofOneSnapshot).orElse(true);
        return reference
                .at()
                .map(at -> VersionValue.of(connection, at))
                .orElse(ofOneSnapshot ? options.version() : new TableVersion.Latest());
    }

    /** Runs a query for its one column of texts. */
    private List<String> texts(BoundQuery query) {
        try (HeldSnapshots held = HeldSnapshots.of(query, parts.catalog().leases());
                EngineConnection connection = parts.engine().connect(cancellation)) {
            Presentation presentation = new Presentation(parts.tools(), allocator, false);
            ParsedQuery parsed = connection.parse(query.sql());
            return connection.query(
                    presentation
                            .present(connection, parsed, query.pins(), query.states())
                            .query(),
                    row -> row.getString(1));
        }
    }
}
