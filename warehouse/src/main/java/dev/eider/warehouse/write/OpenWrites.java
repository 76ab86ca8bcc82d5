package dev.eider.warehouse.write;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds how many appends hold memory and files at once: the rest wait in order, for a limited time. Thread-safe. */
final class OpenWrites {
    private final Semaphore places;
    private final AtomicInteger waiting = new AtomicInteger();
    private final WriteConfig config;

    OpenWrites(WriteConfig config) {
        this.config = config;
        this.places = new Semaphore(config.maxOpen(), true);
    }

    /** A place among the open writes, given back when it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits for a place; refuses when too many wait, or when the wait takes too long. */
    Place enter() {
        if (places.tryAcquire()) {
            return places::release;
        }
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
            return places::release;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EiderException(ErrorCode.CANCELLED, "Interrupted while waiting to write", e);
        } finally {
            waiting.decrementAndGet();
        }
    }
}
