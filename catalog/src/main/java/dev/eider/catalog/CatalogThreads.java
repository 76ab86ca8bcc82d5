package dev.eider.catalog;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The catalog's own threads: one for each table that is being committed to, one for upkeep. Thread-safe. */
final class CatalogThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogThreads.class);

    private final ExecutorService commits = Executors.newCachedThreadPool(named("eider-commit"));
    private final ScheduledExecutorService upkeep = Executors.newSingleThreadScheduledExecutor(named("eider-upkeep"));

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    ExecutorService commits() {
        return commits;
    }

    /** Returns where work goes that nobody waits for; once the catalog closes, it is dropped. */
    Executor upkeep() {
        return task -> {
            try {
                upkeep.execute(task);
            } catch (RejectedExecutionException closed) {
                LOG.debug("Upkeep was dropped, the catalog closes", closed);
            }
        };
    }

    void every(Duration pause, Runnable task) {
        var unused = upkeep.scheduleWithFixedDelay(task, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Lets what runs finish; begins nothing more. */
    @Override
    public void close() {
        commits.shutdown();
        upkeep.shutdownNow();
        try {
            if (!commits.awaitTermination(60, TimeUnit.SECONDS) || !upkeep.awaitTermination(60, TimeUnit.SECONDS)) {
                LOG.warn("Work of the catalog did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
