package dev.eider.warehouse.read;

import dev.eider.catalog.TableState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A query whose every table is pinned to one snapshot, so that it gives the same rows whenever it runs.
 *
 * <p>Immutable; {@link Tickets} turns it into text and back. It holds no rights: its text is gated again when it runs.
 *
 * @param sql the caller's text, or the text that stands for reading one table
 * @param pins what the text refers to, in the order of appearance
 * @param bound the moment before its tables were looked up: what is retired later is needed
 * @param states the tables as they were then; missing for a query from a ticket
 */
public record BoundQuery(String sql, List<Pin> pins, Instant bound, Map<Pin, TableState> states) {

    /**
     * One table reference, pinned.
     *
     * @param table the table's name as the catalog spells it
     * @param tableUuid tells the table from others that had or will have its name
     * @param schemaId the table's schema under which it is read
     * @param snapshot the snapshot to read, nothing for a table without one; where its files are listed, so that it can
     *     be read once it has left the table's history
     * @param facet what of the table is read
     */
    public record Pin(TableIdentifier table, String tableUuid, int schemaId, Optional<Snapshot> snapshot, Facet facet) {
        /** Pins the rows of a table. */
        public Pin(TableIdentifier table, String tableUuid, int schemaId, Optional<Snapshot> snapshot) {
            this(table, tableUuid, schemaId, snapshot, new Facet.Rows());
        }

        /** Returns a pin of the same table at the same snapshot, for reading something else of it. */
        Pin withFacet(Facet other) {
            return new Pin(table, tableUuid, schemaId, snapshot, other);
        }

        /** Returns the snapshot's id, -1 for a table without one. */
        public long snapshotId() {
            return snapshot.map(Snapshot::snapshotId).orElse(-1L);
        }
    }

    /** Copies the collections, so that nobody changes them later. */
    public BoundQuery {
        pins = List.copyOf(pins);
        states = Map.copyOf(states);
    }

    /** Returns other SQL over the same tables in the same order. */
    public BoundQuery withSql(String other) {
        return new BoundQuery(other, pins, bound, states);
    }
}
