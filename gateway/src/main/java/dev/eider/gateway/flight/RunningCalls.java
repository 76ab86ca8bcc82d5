package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Knows every call that is running, so that a stopping server can wait for them, and then end them.
 *
 * <p>Thread-safe.
 */
final class RunningCalls {
    private final Set<Call> calls = new HashSet<>();
    private boolean refusing;

    /** One running call; closing it says that it was answered. */
    final class Call implements AutoCloseable {
        private final Consumer<EiderException> stop;

        private Call(Consumer<EiderException> stop) {
            this.stop = stop;
        }

        @Override
        public void close() {
            remove(this);
        }
    }

    /** Registers a call that cannot be broken off. */
    Call begin() {
        return begin(reason -> {});
    }

    /** Registers a call, or refuses it because the server is stopping; {@code stop} ends it early, from any thread. */
    synchronized Call begin(Consumer<EiderException> stop) {
        if (refusing) {
            throw stopping();
        }
        Call call = new Call(stop);
        calls.add(call);
        return call;
    }

    private synchronized void remove(Call call) {
        calls.remove(call);
        notifyAll();
    }

    /** Returns how many calls are running. */
    synchronized int count() {
        return calls.size();
    }

    /** Refuses every call from now on. */
    synchronized void refuse() {
        refusing = true;
    }

    /** Waits until no call is running, and returns whether that came true in time. */
    synchronized boolean awaitNone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!calls.isEmpty()) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            if (millis <= 0) {
                return false;
            }
            wait(millis);
        }
        return true;
    }

    /** Ends all calls that are still running, as far as they can be. */
    void stopAll() {
        List<Call> running;
        synchronized (this) {
            running = List.copyOf(calls);
        }
        running.forEach(call -> call.stop.accept(stopping()));
    }

    private static EiderException stopping() {
        return new EiderException(ErrorCode.SHUTTING_DOWN, "The server is stopping");
    }
}
