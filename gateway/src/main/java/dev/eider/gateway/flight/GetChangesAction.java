package dev.eider.gateway.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.read.ReadOptions;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Result;
import org.apache.iceberg.catalog.TableIdentifier;

/** Gives the changes of a table between two snapshots to clients that have nothing but actions. */
record GetChangesAction(QueryAction queries) implements FlightAction {
    private static final ActionType TYPE = new ActionType(
            "get_changes",
            "Gives what was committed to a table after one snapshot and up to another. Body: {\"table\": \"main.t\", \"from\":"
                    + " 42, \"to\": 43}; from is 0 for the beginning, to is the current snapshot if it is missing, and both may"
                    + " also be the name of a branch or tag. Results: as those of query; after the columns of the table come"
                    + " _change_type (insert or delete), _commit_snapshot_id, _commit_sequence_number and"
                    + " _commit_timestamp. Sent as a ticket of DoGet, {\"follow\": \"main.t\", \"from\": 42} streams the"
                    + " same and stays open for what is committed later.");

    @Override
    public ActionType type() {
        return TYPE;
    }

    @Override
    public void run(Caller caller, ReadOptions options, byte[] body, StreamListener<Result> results) {
        ObjectNode json = WireJson.object(Statements.text(body, "body"));
        TableIdentifier table = TablePaths.table(WireJson.text(json, "table"));
        String to = json.has("to") ? ", " + version(json, "to") : "";
        String sql = "SELECT * FROM table_changes(%s, %s%s)"
                .formatted(literal(TablePaths.quoted(table)), version(json, "from"), to);
        queries.run(caller, sql, options, results);
    }

    private static String version(ObjectNode json, String name) {
        JsonNode value = json.path(name);
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return Long.toString(value.longValue());
        }
        if (value.isTextual()) {
            return literal(value.asText());
        }
        throw new EiderException(
                ErrorCode.INVALID_REQUEST,
                "The body needs the field \"" + name + "\": a snapshot id, or the name of a branch or tag");
    }

    private static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
