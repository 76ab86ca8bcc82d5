package dev.eider.warehouse.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.warehouse.metadata.MetadataTable;

/** What a ticket says of a table besides its snapshot, as JSON: nothing for its rows. Stateless. */
final class FacetText {
    private static final String METADATA = "metadata";

    private FacetText() {}

    static void write(Facet facet, ObjectNode table) {
        if (facet instanceof Facet.Metadata metadata) {
            table.putObject(METADATA)
                    .put("table", metadata.table().shownName())
                    .put("location", metadata.metadataLocation());
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
        return new Facet.Rows();
    }
}
