package dev.eider.gateway.flight;

import org.apache.arrow.flight.FlightRuntimeException;

/** Work that answers one call from the pool of reads. Exactly one of the last two methods ends it. */
interface ReadJob {

    /** Does the work, and frees everything that it took. */
    void run() throws Exception;

    /** Tells the client that all is done. */
    void succeed();

    /** Tells the client what went wrong, whether or not the work had begun. */
    void fail(FlightRuntimeException failure);
}
