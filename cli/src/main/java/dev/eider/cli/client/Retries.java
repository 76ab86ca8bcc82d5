package dev.eider.cli.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.arrow.flight.FlightStatusCode;

/**
 * Repeats calls that failed for a passing reason, after growing pauses.
 *
 * <p>Immutable and thread-safe.
 *
 * @param pauses how long to wait before each repetition
 */
record Retries(List<Duration> pauses) {
    static final Retries DEFAULT = new Retries(List.of(Duration.ofMillis(100), Duration.ofMillis(400)));

    /** Runs a call that changes nothing: it may be repeated whenever the gateway was not available. */
    <T> T read(Supplier<T> call) {
        return run(call, true);
    }

    /** Runs a call that may change something: it is repeated only if it never reached a gateway. */
    <T> T change(Supplier<T> call) {
        return run(call, false);
    }

    private <T> T run(Supplier<T> call, boolean harmless) {
        for (Duration pause : pauses) {
            try {
                return call.get();
            } catch (GatewayException e) {
                boolean passing = e.neverSent() || (harmless && e.code() == FlightStatusCode.UNAVAILABLE);
                if (!passing || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            LockSupport.parkNanos(pause.toNanos());
        }
        return call.get();
    }
}
