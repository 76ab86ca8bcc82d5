package dev.eider.gateway.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.SnapshotListing;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.read.ReadOptions;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Result;
import org.apache.iceberg.catalog.TableIdentifier;

/** Lists the snapshots of one table as JSON. */
record SnapshotsAction(Warehouse warehouse) implements FlightAction {
    private static final ActionType TYPE = new ActionType(
            "snapshots",
            "Lists the kept snapshots of a table, oldest first. Body: {\"table\": \"main.t\"}, or {\"namespace\": [\"main\"],"
                    + " \"table\": \"t\"}, where the namespace may also be one text. Results: one JSON object for each"
                    + " snapshot: {\"snapshot_id\": 42, \"parent_id\": null, \"sequence_number\": 1, \"committed_at\":"
                    + " \"2026-01-31T12:00:00Z\", \"operation\": \"append\", \"current\": true, \"summary\": {}}.");

    @Override
    public ActionType type() {
        return TYPE;
    }

    @Override
    public void run(Caller caller, ReadOptions options, byte[] body, StreamListener<Result> results) {
        TableIdentifier table = table(WireJson.object(Statements.text(body, "body")));
        for (SnapshotListing listing : warehouse.snapshots(table)) {
            results.onNext(new Result(WireJson.bytes(WireJson.snapshot(listing))));
        }
        results.onCompleted();
    }

    private static TableIdentifier table(ObjectNode body) {
        String name = WireJson.text(body, "table");
        JsonNode namespace = body.get("namespace");
        if (namespace == null) {
            return TablePaths.table(name);
        }
        List<String> path = new ArrayList<>();
        for (JsonNode level : namespace.isArray() ? namespace : List.of(namespace)) {
            if (!level.isTextual()) {
                throw new EiderException(
                        ErrorCode.INVALID_REQUEST, "The field \"namespace\" has to be text or a list of texts");
            }
            path.add(level.asText());
        }
        path.add(name);
        return TablePaths.table(path);
    }
}
