package dev.eider.warehouse.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A query whose every table is pinned to one snapshot, so that it gives the same rows whenever it runs.
 *
 * <p>Immutable; turns into ticket text and back. A ticket holds no rights: its text is gated again when it is used.
 *
 * @param sql the caller's text, or the text that stands for reading one table
 * @param pins what the text refers to, in the order of appearance
 */
public record BoundQuery(String sql, List<Pin> pins) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * One table reference, pinned.
     *
     * @param table the table's name as the catalog spells it
     * @param snapshotId the snapshot to read, -1 for a table without one
     * @param schemaId the table's schema under which it is read
     */
    public record Pin(TableIdentifier table, long snapshotId, int schemaId) {}

    /** Copies the list, so that nobody changes it later. */
    public BoundQuery {
        pins = List.copyOf(pins);
    }

    /** Returns a JSON object that {@link #fromTicket} understands, in any process over the same catalog. */
    public String toTicket() {
        ObjectNode ticket = JSON.createObjectNode().put("sql", sql);
        ArrayNode tables = ticket.putArray("tables");
        for (Pin pin : pins) {
            ObjectNode table = tables.addObject();
            ArrayNode name = table.putArray("name");
            for (String level : pin.table().namespace().levels()) {
                name.add(level);
            }
            name.add(pin.table().name());
            table.put("snapshot", pin.snapshotId()).put("schema", pin.schemaId());
        }
        return ticket.toString();
    }

    /** Restores what {@link #toTicket()} wrote; anything else is refused. */
    public static BoundQuery fromTicket(String ticket) {
        try {
            JsonNode json = JSON.readTree(ticket);
            List<Pin> pins = new ArrayList<>();
            for (JsonNode table : json.required("tables")) {
                pins.add(new Pin(
                        identifier(table.required("name")),
                        table.required("snapshot").longValue(),
                        table.required("schema").intValue()));
            }
            return new BoundQuery(json.required("sql").textValue(), pins);
        } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "The ticket is not one of Eider's", e);
        }
    }

    private static TableIdentifier identifier(JsonNode name) {
        List<String> levels = new ArrayList<>();
        name.forEach(level -> levels.add(level.textValue()));
        String table = levels.remove(levels.size() - 1);
        return TableIdentifier.of(Namespace.of(levels.toArray(String[]::new)), table);
    }
}
