package dev.eider.warehouse.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.warehouse.metadata.MetadataTable;

/** What a ticket says of a table besides its snapshot, as JSON: nothing for its rows. Stateless. */
final class FacetText {
    private static final String METADATA = "metadata";
    private static final String CHANGES = "changes";

    private FacetText() {}

    static void write(Facet facet, ObjectNode table) {
        if (facet instanceof Facet.Metadata metadata) {
            table.putObject(METADATA)
                    .put("table", metadata.table().shownName())
                    .put("location", metadata.metadataLocation());
        } else if (facet instanceof Facet.Changes changes) {
            table.putObject(CHANGES)
                    .put("after", changes.afterSnapshotId())
                    .put("number", changes.afterSequenceNumber());
        }
    }

    /** Throws what {@link TicketText} takes for a ticket of another version. */
    static Facet read(JsonNode table) {
        JsonNode metadata = table.get(METADATA);
        if (metadata != null) {
            String name = metadata.required("table").textValue();
            return new Facet.Metadata(
                    MetadataTable.named(name).orElseThrow(() -> new IllegalArgumentException(name)),
                    metadata.required("location").textValue());
        }
        JsonNode changes = table.get(CHANGES);
        if (changes != null) {
            return new Facet.Changes(
                    changes.required("after").longValue(),
                    changes.required("number").longValue());
        }
        return new Facet.Rows();
    }
}
