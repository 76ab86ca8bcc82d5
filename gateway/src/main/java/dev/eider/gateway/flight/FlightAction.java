package dev.eider.gateway.flight;

import dev.eider.gateway.auth.Caller;
import dev.eider.warehouse.read.ReadOptions;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.FlightProducer.StreamListener;
import org.apache.arrow.flight.Result;

/** One action of plain Flight: its name, its documentation, and what it does. Thread-safe. */
interface FlightAction {

    /** Returns its name, and a description with the JSON that it takes and gives. */
    ActionType type();

    /**
     * Answers one request, now or later: completes {@code results}, or throws.
     *
     * @param options for actions that bind a query; they mean nothing to listings
     */
    void run(Caller caller, ReadOptions options, byte[] body, StreamListener<Result> results);
}
