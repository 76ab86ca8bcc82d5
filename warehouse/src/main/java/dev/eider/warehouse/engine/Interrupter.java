package dev.eider.warehouse.engine;

import dev.eider.catalog.DaemonThreads;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Stops cancelled connections, and keeps at it until they are closed: an interruption that arrives while a statement is
 * being started would be lost.
 *
 * <p>Thread-safe. The engine that owns it closes it.
 */
final class Interrupter implements AutoCloseable {
    private static final long PERIOD_MILLIS = 20;

    private final Set<EngineConnection> cancelled = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("eider-interrupt"));

    Interrupter() {
        var unused =
                thread.scheduleWithFixedDelay(this::interruptAll, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Interrupts a connection now, and again until it is closed. */
    void interruptUntilClosed(EngineConnection connection) {
        cancelled.add(connection);
        thread.execute(this::interruptAll);
    }

    private void interruptAll() {
        cancelled.removeIf(connection -> !connection.interrupt());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
