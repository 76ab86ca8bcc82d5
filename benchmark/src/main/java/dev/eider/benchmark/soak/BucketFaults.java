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
final class BucketFaults implements Runnable, AutoCloseable {
    private static final int MOST_MILLIS_BETWEEN = 400;
    private static final List<S3Fault> FAULTS = List.of(
            S3Fault.SLOW_DOWN,
            S3Fault.RESET,
            S3Fault.LOST_REPLY,
            S3Fault.truncation(100),
            S3Fault.resetWithin(100),
            S3Fault.delay(Duration.ofMillis(500)),
            S3Fault.refusal("500 Internal Server Error", "InternalError"));

    private final SoakRun run;
    private final S3FaultProxy proxy;
    private final SplittableRandom random;

    BucketFaults(SoakRun run, BucketServer server, long seed) {
        this.run = run;
        this.proxy = S3FaultProxy.before(server.endpoint());
        this.random = new SplittableRandom(seed);
    }

    /** Returns the URL that gateways use. */
    String endpoint() {
        return proxy.endpoint();
    }

    /** Plays a fault with one request, or with three in a row, now and then until the run stops. */
    @Override
    public void run() {
        while (run.goesOnAfter(random.nextInt(1, MOST_MILLIS_BETWEEN))) {
            int times = random.nextInt(4) == 0 ? 3 : 1;
            // Faults that met no request are over: more than a client's attempts in a row would be an outage.
            proxy.heal();
            proxy.fail(any -> true, times, FAULTS.get(random.nextInt(FAULTS.size())));
            proxy.forgetRequests();
            run.tally().count(Event.BUCKET_FAULT);
        }
        proxy.heal();
    }

    @Override
    public void close() {
        proxy.close();
    }
}
