package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Blocking calls, one at a time, that another thread can break off for good.
 *
 * <p>Flight leaves a thread that waits for a client's next message waiting for ever once the server itself has ended the
 * call: only an interrupt frees it. Thread-safe.
 */
final class Interruptible {
    private @Nullable Thread running;
    private @Nullable EiderException broken;

    /** Runs {@code step} on the calling thread; throws the reason if it is, or was before, broken off. */
    <T> T call(Supplier<T> step) {
        begin();
        try {
            return step.get();
        } catch (RuntimeException failure) {
            EiderException reason = reason();
            throw reason == null ? failure : reason;
        } finally {
            finish();
        }
    }

    private synchronized void begin() {
        if (broken != null) {
            throw broken;
        }
        running = Thread.currentThread();
    }

    private synchronized @Nullable EiderException reason() {
        return broken;
    }

    private synchronized void finish() {
        running = null;
        if (broken != null) {
            // The interrupt was meant for the step alone: the thread may belong to a pool.
            Thread.interrupted();
        }
        notifyAll();
    }

    /** Breaks off the call that is running, and every later one. Only the first reason counts. */
    synchronized void breakOff(EiderException reason) {
        if (broken == null) {
            broken = reason;
            if (running != null) {
                running.interrupt();
            }
        }
    }

    /** Waits until no call is running; an interrupt of the waiting thread is kept for later. */
    synchronized void awaitIdle() {
        boolean interrupted = false;
        while (running != null) {
            try {
                wait();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
