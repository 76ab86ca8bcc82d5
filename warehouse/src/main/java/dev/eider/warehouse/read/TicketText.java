package dev.eider.warehouse.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/** What a ticket says, as JSON. Stateless. */
final class TicketText {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TicketText() {}

    /** What a ticket says. */
    record Content(BoundQuery query, Instant expires) {}

    static String write(BoundQuery query, Instant expires) {
        ObjectNode ticket = JSON.createObjectNode().put("sql", query.sql());
        ticket.put("bound", query.bound().toEpochMilli()).put("expires", expires.toEpochMilli());
        ArrayNode tables = ticket.putArray("tables");
        for (BoundQuery.Pin pin : query.pins()) {
            ObjectNode table = tables.addObject();
            ArrayNode name = table.putArray("name");
            for (String level : pin.table().namespace().levels()) {
                name.add(level);
            }
            name.add(pin.table().name());
            table.put("uuid", pin.tableUuid()).put("schema", pin.schemaId());
            pin.snapshot().ifPresent(snapshot -> table.set("snapshot", json(snapshot)));
            FacetText.write(pin.facet(), table);
        }
        return ticket.toString();
    }

    /** Without parent and counts, which no scan needs. */
    private static JsonNode json(Snapshot snapshot) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(SnapshotParser.toJson(snapshot, false));
            json.remove("parent-snapshot-id");
            if (json.get("summary") instanceof ObjectNode summary) {
                summary.retain("operation");
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new EiderException(ErrorCode.INTERNAL, "A snapshot cannot be put into a ticket", e);
        }
    }

    static Content read(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            List<BoundQuery.Pin> pins = new ArrayList<>();
            for (JsonNode table : json.required("tables")) {
                pins.add(new BoundQuery.Pin(
                        identifier(table.required("name")),
                        table.required("uuid").textValue(),
                        table.required("schema").intValue(),
                        Optional.ofNullable(table.get("snapshot"))
                                .map(snapshot -> SnapshotParser.fromJson(snapshot.toString())),
                        FacetText.read(table)));
            }
            Instant bound = Instant.ofEpochMilli(json.required("bound").longValue());
            return new Content(
                    new BoundQuery(json.required("sql").textValue(), pins, bound, Map.of()),
                    Instant.ofEpochMilli(json.required("expires").longValue()));
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            // Signed, and yet of another form: by another version.
            throw new EiderException(ErrorCode.INVALID_REQUEST, "The ticket is of another version of Eider", e);
        }
    }

    private static TableIdentifier identifier(JsonNode name) {
        List<String> levels = new ArrayList<>();
        name.forEach(level -> levels.add(level.textValue()));
        String table = levels.remove(levels.size() - 1);
        return TableIdentifier.of(Namespace.of(levels.toArray(String[]::new)), table);
    }

    /** Returns the error for a text that nobody over this catalog signed. */
    static EiderException unknown() {
        return new EiderException(
                ErrorCode.INVALID_REQUEST, "The ticket is not one of Eider's, or was altered: send it as it came");
    }
}
