package dev.eider.cli.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Repeats an append that has an idempotency key, with the same key, until its outcome is known: whatever became of the
 * first attempt, the rows are stored once.
 *
 * <p>Immutable and thread-safe.
 *
 * @param longest give up when this much time has passed since the first failure
 * @param firstPause how long to wait at most before the first repetition; each further wait may be twice as long
 * @param longestPause the longest wait
 */
record KeyedRetries(Duration longest, Duration firstPause, Duration longestPause) {
    static final KeyedRetries DEFAULT =
            new KeyedRetries(Duration.ofSeconds(60), Duration.ofMillis(200), Duration.ofSeconds(5));

    /** Where no gateway has ever answered, waiting for one is of little use. */
    private static final int MOST_UNSENT = 2;

    /** Runs a call until it succeeds, or fails in a way that repeating does not change. */
    <T> T run(Supplier<T> call) {
        Duration pause = firstPause;
        long deadline = 0;
        boolean sent = false;
        for (int failures = 1; ; failures++) {
            try {
                return call.get();
            } catch (GatewayException e) {
                sent |= !e.neverSent();
                long now = System.nanoTime();
                deadline = failures == 1 ? now + longest.toNanos() : deadline;
                if (!e.mayPass()
                        || (!sent && failures > MOST_UNSENT)
                        || now - deadline >= 0
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
            // Whoever was refused together shall not come back together.
            LockSupport.parkNanos(
                    (long) (pause.toNanos() * ThreadLocalRandom.current().nextDouble(0.5, 1)));
            pause = pause.multipliedBy(2).compareTo(longestPause) < 0 ? pause.multipliedBy(2) : longestPause;
        }
    }
}
