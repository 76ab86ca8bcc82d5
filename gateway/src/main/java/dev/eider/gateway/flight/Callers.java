package dev.eider.gateway.flight;

import dev.eider.gateway.auth.Caller;
import org.apache.arrow.flight.FlightProducer.CallContext;

/** Finds out on whose behalf a call runs. */
final class Callers {
    private Callers() {}

    /** Returns the caller; without authentication it is always the anonymous one. */
    static Caller of(CallContext context) {
        String identity = context.peerIdentity();
        return identity == null || identity.isBlank() ? Caller.anonymous() : new Caller(identity);
    }
}
