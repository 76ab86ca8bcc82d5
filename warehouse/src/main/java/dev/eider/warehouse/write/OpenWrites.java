package dev.eider.warehouse.write;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds how many appends hold memory and files at once: the rest wait in order, for a limited time. Thread-safe. */
final class OpenWrites {
    private final Semaphore places;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final WriteConfig config;

    OpenWrites(WriteConfig config) {
        this.config = config;
        this.places = new Semaphore(config.maxOpen(), true);
    }

    /** One place, until it is given back; giving it back again does nothing. */
    final class Place implements AutoCloseable {
        private final AtomicBoolean held = new AtomicBoolean(true);

        @Override
        public void close() {
            if (held.getAndSet(false)) {
                places.release();
            }
        }
    }

    /** Rows in memory that wait for others to be committed with, until they are. */
    interface Waiting extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Gives a place back while its rows only wait, if all that wait do not take too much memory together; else the
     * place is kept.
     */
    Waiting await(Place place, long bytes) {
        if (waitingBytes.addAndGet(bytes) > config.maxOpen() * config.coalesceBytes()) {
            waitingBytes.addAndGet(-bytes);
            return () -> {};
        }
        place.close();
        return () -> waitingBytes.addAndGet(-bytes);
    }

    /** Waits for a place; refuses when too many wait, or when the wait takes too long. */
    Place enter() {
        if (!isFree()) {
            await();
        }
        return new Place();
    }

    /** Takes a place if nobody waits for one: without a time, a semaphore lets the newcomer go first. */
    private boolean isFree() {
        try {
            return places.tryAcquire(0, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        }
    }

    private static EiderException interrupted(InterruptedException e) {
        return new EiderException(ErrorCode.CANCELLED, "Interrupted while waiting to write", e);
    }

    private void await() {
        if (waiting.incrementAndGet() > config.maxQueued()) {
            waiting.decrementAndGet();
            throw new EiderException(
                    ErrorCode.OVERLOADED,
                    "%d writes are open and %d wait already: try again later"
                            .formatted(config.maxOpen(), config.maxQueued()));
        }
        try {
            Duration patience = config.queueTimeout();
            if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new EiderException(
                        ErrorCode.OVERLOADED,
                        "No write finished within %d s, %d are open: try again later"
                                .formatted(patience.toSeconds(), config.maxOpen()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(e);
        } finally {
            waiting.decrementAndGet();
        }
    }
}
