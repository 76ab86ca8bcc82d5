package dev.eider.gateway.flight;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.maintenance.OrphanListing;
import dev.eider.warehouse.maintenance.OrphanRequest;
import dev.eider.warehouse.read.ReadOptions;
import java.time.Duration;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Result;

/** Lists the files of one table that nothing refers to, and removes them on request; answers in JSON. */
record OrphansAction(Warehouse warehouse) implements FlightAction {
    private static final ActionType TYPE = new ActionType(
            "orphans",
            "Lists the files of a table that nothing refers to, and removes them if asked to. Body: {\"table\":"
                    + " \"main.t\", \"older_than_seconds\": 86400, \"remove\": false}, where the age is at least 3600 and,"
                    + " like \"remove\", may be left out. Result: one JSON object: {\"table\": \"main.t\", \"removed\":"
                    + " false, \"total_bytes\": 10, \"files\": [{\"location\": \"file:///...\", \"bytes\": 10,"
                    + " \"age_seconds\": 90000}], \"failures\": []}, where failures are locations that could not be"
                    + " removed.");

    @Override
    public ActionType type() {
        return TYPE;
    }

    @Override
    public void run(Caller caller, ReadOptions options, byte[] body, StreamListener<Result> results) {
        ObjectNode json = WireJson.object(Statements.text(body, "body"));
        OrphanListing listing = warehouse.orphans(
                TablePaths.table(WireJson.text(json, "table")), new OrphanRequest(olderThan(json), remove(json)));
        results.onNext(new Result(WireJson.bytes(WireJson.orphans(listing))));
        results.onCompleted();
    }

    private static Duration olderThan(ObjectNode body) {
        JsonNode seconds = body.get("older_than_seconds");
        if (seconds == null) {
            return OrphanRequest.SAFE_AGE;
        }
        if (!seconds.isIntegralNumber() || !seconds.canConvertToInt()) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST, "The field \"older_than_seconds\" has to be a whole number of seconds");
        }
        return Duration.ofSeconds(seconds.asInt());
    }

    private static boolean remove(ObjectNode body) {
        JsonNode remove = body.get("remove");
        if (remove != null && !remove.isBoolean()) {
            throw new EiderException(ErrorCode.INVALID_REQUEST, "The field \"remove\" has to be true or false");
        }
        return remove != null && remove.asBoolean();
    }
}
