package dev.eider.benchmark.soak;

import dev.eider.benchmark.BucketServer;
import dev.eider.benchmark.soak.Tally.Event;
import dev.eider.warehouse.storage.S3Fault;
import dev.eider.warehouse.storage.S3FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A bucket that gateways reach by way of what refuses, breaks, cuts and delays requests at random. Whoever starts it
 * closes it.
 */
final class BucketFaults implements AutoCloseable {
    private static final double SHARE = 0.05;
    private static final List<S3Fault> FAULTS = List.of(
            S3Fault.SLOW_DOWN,
            S3Fault.RESET,
            S3Fault.LOST_REPLY,
            S3Fault.truncation(100),
            S3Fault.resetWithin(100),
            S3Fault.delay(Duration.ofMillis(500)),
            S3Fault.refusal("500 Internal Server Error", "InternalError"));

    private final S3FaultProxy proxy;

    /** Begins to play a fault with one request in twenty. */
    BucketFaults(SoakRun run, BucketServer server, long seed) {
        this.proxy = S3FaultProxy.before(server.endpoint());
        SplittableRandom random = new SplittableRandom(seed);
        // The proxy asks its rules under a lock.
        proxy.failAlways(
                any -> {
                    boolean hit = random.nextDouble() < SHARE;
                    if (hit) {
                        run.tally().count(Event.BUCKET_FAULT);
                        proxy.forgetRequests();
                    }
                    return hit;
                },
                S3Fault.anyOf(FAULTS));
    }

    /** Returns the URL that gateways use. */
    String endpoint() {
        return proxy.endpoint();
    }

    @Override
    public void close() {
        proxy.close();
    }
}
