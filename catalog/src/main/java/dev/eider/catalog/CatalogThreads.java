package dev.eider.catalog;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog's own threads: one for each table that is being committed to, one for upkeep, and one for heartbeats, which
 * must not wait for either. Thread-safe.
 */
final class CatalogThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogThreads.class);

    private final ExecutorService commits = Executors.newCachedThreadPool(DaemonThreads.named("eider-commit"));
    private final ScheduledExecutorService upkeep =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("eider-upkeep"));
    private final ScheduledExecutorService heart =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("eider-heart"));

    ExecutorService commits() {
        return commits;
    }

    /** Returns where work goes that nobody waits for; once the catalog closes, it is dropped. */
    Executor upkeep() {
        return task -> {
            try {
                upkeep.execute(guarded(task));
            } catch (RejectedExecutionException closed) {
                LOG.debug("Upkeep was dropped, the catalog closes", closed);
            }
        };
    }

    /** Repeats upkeep, which may take long. */
    void every(Duration pause, Runnable task) {
        schedule(upkeep, pause, task);
    }

    /** Repeats a short task that has to be on time. */
    void beat(Duration pause, Runnable task) {
        schedule(heart, pause, task);
    }

    private static void schedule(ScheduledExecutorService executor, Duration pause, Runnable task) {
        long millis = Math.max(1, pause.toMillis());
        var unused = executor.scheduleWithFixedDelay(guarded(task), millis, millis, TimeUnit.MILLISECONDS);
    }

    /** The executor would keep a failure to itself, and never run the task again. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("Work of the catalog in the background failed", e);
            }
        };
    }

    /** Lets what runs finish; begins nothing more. */
    @Override
    public void close() {
        commits.shutdown();
        upkeep.shutdownNow();
        heart.shutdown();
        try {
            if (!commits.awaitTermination(60, TimeUnit.SECONDS)
                    || !upkeep.awaitTermination(60, TimeUnit.SECONDS)
                    || !heart.awaitTermination(60, TimeUnit.SECONDS)) {
                LOG.warn("Work of the catalog did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
