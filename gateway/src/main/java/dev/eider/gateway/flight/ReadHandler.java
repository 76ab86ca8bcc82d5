package dev.eider.gateway.flight;

import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.engine.Cancellation;
import java.util.List;
import java.util.function.Function;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.types.pojo.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Describes statements, and streams their rows. Thread-safe. */
final class ReadHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ReadHandler.class);

    private final ReadPool pool;
    private final ReadPool descriptions;
    private final ArrowStreamSender sender;

    /**
     * Creates a handler.
     *
     * @param pool runs what streams rows, or changes something
     * @param descriptions runs what only plans: it must not wait for clients that take their time
     */
    ReadHandler(ReadPool pool, ReadPool descriptions, ArrowStreamSender sender) {
        this.pool = pool;
        this.descriptions = descriptions;
        this.sender = sender;
    }

    /** A statement and the schema of its rows. */
    record Described(Statement statement, Schema schema) {}

    /** Finds out what {@code source} decodes; the calling thread waits for its turn. */
    Described describe(Function<Cancellation, Statement> source) {
        return descriptions.call(ClientFlow.current(), cancellation -> {
            Statement statement = source.apply(cancellation);
            return new Described(statement, statement.schema(cancellation));
        });
    }

    /** Runs what changes something; the calling thread waits for its turn and its end. */
    <T> T update(Function<Cancellation, T> work) {
        return pool.call(ClientFlow.current(), work);
    }

    /** Returns what a client needs to fetch the rows: their schema, and one endpoint at this very server. */
    FlightInfo info(Caller caller, Described described, FlightDescriptor descriptor, byte[] ticket) {
        LOG.debug("Described a statement, caller={}", caller.name());
        // Without a location, clients use the connection that they have, whatever name they reached the server by.
        FlightEndpoint endpoint = new FlightEndpoint(new Ticket(ticket));
        return FlightInfo.builder(described.schema(), descriptor, List.of(endpoint))
                .build();
    }

    /** Streams the rows of the statement that {@code source} decodes, on a thread of the pool. */
    void stream(Caller caller, Function<Cancellation, Statement> source, ServerStreamListener listener) {
        ClientFlow flow = ClientFlow.current();
        LOG.debug("Queued a read, caller={}", caller.name());
        pool.submit(flow, new ReadJob() {
            @Override
            public boolean isSmall(Cancellation cancellation) {
                return source.apply(cancellation).isSmall(cancellation);
            }

            @Override
            public void run(Cancellation cancellation) throws Exception {
                sender.send(source.apply(cancellation), flow, new ListenerSink(listener), cancellation);
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
