package dev.eider.gateway.flight;

import dev.eider.gateway.auth.Caller;
import java.util.List;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Ticket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Describes statements, and streams their rows. Thread-safe. */
final class ReadHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ReadHandler.class);

    private final ReadPool pool;
    private final ArrowStreamSender sender;

    ReadHandler(ReadPool pool, ArrowStreamSender sender) {
        this.pool = pool;
        this.sender = sender;
    }

    /** Returns what a client needs to fetch the rows: their schema, and one endpoint at this very server. */
    FlightInfo info(Caller caller, Statement statement, FlightDescriptor descriptor, byte[] ticket) {
        LOG.debug("Described a statement, caller={}", caller.name());
        // Without a location, clients use the connection that they have, whatever name they reached the server by.
        FlightEndpoint endpoint = new FlightEndpoint(new Ticket(ticket));
        return FlightInfo.builder(statement.schema(), descriptor, List.of(endpoint))
                .build();
    }

    /** Streams the rows of the statement that {@code source} decodes, on a thread of the pool. */
    void stream(Caller caller, Supplier<Statement> source, ServerStreamListener listener) {
        ClientFlow flow = ClientFlow.current();
        LOG.debug("Queued a read, caller={}", caller.name());
        pool.submit(flow, new ReadJob() {
            @Override
            public void run() throws Exception {
                sender.send(source.get(), flow, new ListenerSink(listener));
            }

            @Override
            public void succeed() {
                listener.completed();
            }

            @Override
            public void fail(FlightRuntimeException failure) {
                listener.error(failure);
            }
        });
    }
}
