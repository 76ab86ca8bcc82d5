package dev.eider.gateway.flight;

import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.ReadOptions;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Result;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs SQL for clients that have nothing but actions. */
final class QueryAction implements FlightAction {
    private static final Logger LOG = LoggerFactory.getLogger(QueryAction.class);
    private static final ActionType TYPE = new ActionType(
            "query",
            "Runs a SQL statement. Body: {\"sql\": \"SELECT 1\"}, or the SQL text itself. Results: one Arrow IPC stream, cut"
                    + " into chunks of at most 1 MB; an update gives one row with the column count.");

    private final Statements statements;
    private final ReadPool pool;
    private final ArrowStreamSender sender;

    QueryAction(Statements statements, ReadPool pool, ArrowStreamSender sender) {
        this.statements = statements;
        this.pool = pool;
        this.sender = sender;
    }

    @Override
    public ActionType type() {
        return TYPE;
    }

    @Override
    public void run(Caller caller, ReadOptions options, byte[] body, StreamListener<Result> results) {
        String text = Statements.text(body, "body");
        String sql = text.stripLeading().startsWith("{") ? WireJson.text(WireJson.object(text), "sql") : text;
        run(caller, sql, options, results);
    }

    /** Runs a statement, and sends its rows as one Arrow stream in chunks. */
    void run(Caller caller, String sql, ReadOptions options, StreamListener<Result> results) {
        ClientFlow flow = ClientFlow.current();
        LOG.debug("Queued a query, caller={}", caller.name());
        pool.submit(flow, new ReadJob() {
            @Override
            public boolean isSmall(Cancellation cancellation) {
                return statements.ofSql(sql, options, cancellation).isSmall(cancellation);
            }

            @Override
            public void run(Cancellation cancellation) throws Exception {
                Statement statement = statements.ofSql(sql, options, cancellation);
                sender.send(statement, flow, new IpcSink(chunk -> send(chunk, flow, results)), cancellation);
            }

            @Override
            public void succeed() {
                results.onCompleted();
            }

            @Override
            public void fail(FlightRuntimeException failure) {
                results.onError(failure);
            }
        });
    }

    private void send(byte[] chunk, ClientFlow flow, StreamListener<Result> results) {
        sender.awaitClient(flow);
        results.onNext(new Result(chunk));
    }
}
