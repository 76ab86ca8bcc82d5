package dev.eider.warehouse.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tables that a query is pinned to: as they were when it was bound, or, for a query from a ticket, as they are
 * now, with the pinned snapshot put back in memory if it has left the history. Thread-safe.
 */
final class PinnedTables {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final TableCatalog catalog;

    PinnedTables(TableCatalog catalog) {
        this.catalog = catalog;
    }

    /** Returns a table for each pin, with its snapshot and its schema in the metadata. */
    Map<BoundQuery.Pin, TableState> of(BoundQuery query) {
        Map<TableIdentifier, TableState> current = catalog.load(query.pins().stream()
                .filter(pin -> !query.states().containsKey(pin))
                .map(BoundQuery.Pin::table)
                .collect(Collectors.toSet()));
        Map<BoundQuery.Pin, TableState> tables = new HashMap<>(query.states());
        for (BoundQuery.Pin pin : query.pins()) {
            tables.computeIfAbsent(pin, one -> pinned(asPinned(current.get(one.table()), one), one));
        }
        return tables;
    }

    /** What describes a table as a whole is not told by one snapshot, but by the metadata of then. */
    private @Nullable TableState asPinned(@Nullable TableState current, BoundQuery.Pin pin) {
        if (current == null || !(pin.facet() instanceof Facet.Metadata metadata)) {
            return current;
        }
        if (metadata.table().ofOneSnapshot()
                || metadata.metadataLocation().equals(current.metadata().metadataFileLocation())) {
            return current;
        }
        return catalog.loadAt(current.identifier(), metadata.metadataLocation())
                .orElseThrow(() -> new EiderException(
                        ErrorCode.TICKET_EXPIRED,
                        "Table %s has changed since the ticket was issued, and the %s of then are gone: ask for a new one"
                                .formatted(
                                        current.identifier(), metadata.table().shownName())));
    }

    private static TableState pinned(@Nullable TableState state, BoundQuery.Pin pin) {
        if (state == null) {
            throw TableCatalog.notFound(pin.table());
        }
        TableMetadata metadata = state.metadata();
        if (!metadata.uuid().equals(pin.tableUuid())) {
            throw gone("Table %s was replaced by another of the same name meanwhile".formatted(pin.table()));
        }
        if (!metadata.schemasById().containsKey(pin.schemaId())) {
            throw gone("The columns of table %s as they were are not known any more".formatted(pin.table()));
        }
        return pin.snapshot()
                .filter(snapshot -> metadata.snapshot(snapshot.snapshotId()) == null)
                .map(snapshot -> withSnapshot(state, snapshot))
                .orElse(state);
    }

    private static EiderException gone(String message) {
        return new EiderException(ErrorCode.VERSION_NOT_FOUND, message);
    }

    /** By way of JSON: Iceberg's builder takes no old snapshot into a table with row lineage. */
    private static TableState withSnapshot(TableState state, Snapshot snapshot) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(TableMetadataParser.toJson(state.metadata()));
            ArrayNode snapshots = json.withArray("snapshots");
            snapshots.add(JSON.readTree(SnapshotParser.toJson(snapshot, false)));
            // Without a location: the metadata file does not have this snapshot.
            TableMetadata metadata = TableMetadataParser.fromJson((String) null, json.toString());
            return new TableState(state.identifier(), metadata, false, state.io());
        } catch (JsonProcessingException e) {
            throw new EiderException(
                    ErrorCode.INTERNAL,
                    "Snapshot %d of table %s cannot be put back".formatted(snapshot.snapshotId(), state.identifier()),
                    e);
        }
    }
}
