package dev.eider.gateway.flight;

import dev.eider.warehouse.engine.Cancellation;
import org.apache.arrow.flight.FlightRuntimeException;

/** Work that answers one call from the pool of reads. Exactly one of the last two methods ends it. */
interface ReadJob {

    /** Does the work, and frees everything that it took; {@code cancellation} says when to stop. */
    void run(Cancellation cancellation) throws Exception;

    /** Finds out whether the work is sure to be little, without doing any of it; {@code cancellation} says when to stop. */
    default boolean isSmall(Cancellation cancellation) {
        return false;
    }

    /** Returns whether the work has no end of its own, so that no time limit applies. */
    default boolean isEndless() {
        return false;
    }

    /** Tells the client that all is done. */
    void succeed();

    /** Tells the client what went wrong, whether or not the work had begun. */
    void fail(FlightRuntimeException failure);
}
