package dev.eider.gateway.flight;

import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.TableListing;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.read.ReadOptions;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Result;

/** Lists the tables as JSON. */
record ListTablesAction(Warehouse warehouse) implements FlightAction {
    private static final ActionType TYPE = new ActionType(
            "list_tables",
            "Lists all tables, ordered by name. Body: none. Results: one JSON object for each table: {\"table\": \"main.t\","
                    + " \"namespace\": [\"main\"], \"name\": \"t\", \"rows\": 3, \"bytes\": 1024, \"snapshots\": 1,"
                    + " \"snapshot_id\": 42, \"columns\": [{\"name\": \"id\", \"type\": \"BIGINT\", \"nullable\":"
                    + " true}]}. Types are those of SQL. What is not known is null. A"
                    + " table that cannot be read has no columns, and says why in \"problem\".");

    @Override
    public ActionType type() {
        return TYPE;
    }

    @Override
    public void run(Caller caller, ReadOptions options, byte[] body, StreamListener<Result> results) {
        for (TableListing listing : warehouse.tables()) {
            results.onNext(new Result(WireJson.bytes(WireJson.table(listing))));
        }
        results.onCompleted();
    }
}
