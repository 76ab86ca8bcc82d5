package dev.eider.cli.client;

import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;

/**
 * An open result whose first word has arrived, be it only the schema.
 *
 * <p>Confined to one thread; whoever opens it closes it, which also ends a call that still runs.
 *
 * @param rows what the server sends
 */
record ResultStream(FlightStream rows) implements AutoCloseable {

    /** Opens a result, and waits until the server has either begun to answer or refused. */
    static ResultStream open(FlightClient flight, Ticket ticket, CallOption... options) {
        ResultStream stream = new ResultStream(flight.getStream(ticket, options));
        try {
            stream.rows.getSchema();
            return stream;
        } catch (FlightRuntimeException e) {
            stream.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            rows.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (FlightRuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("a result could not be closed", e);
        }
    }
}
