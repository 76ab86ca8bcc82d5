package dev.eider.warehouse.write;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableNames;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.catalog.TableIdentifier;

/** Idempotency keys whose appends are running in this process: a second one waits for the first. Thread-safe. */
final class RunningKeys {
    private final ConcurrentHashMap<Name, CountDownLatch> running = new ConcurrentHashMap<>();

    private record Name(String table, String branch, String key) {}

    /** One append under a key, until it has ended in whatever way. */
    interface Running extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits until no other append of this key is running; appends without a key need not. */
    Running enter(TableIdentifier table, WriteOptions options, Duration patience) {
        if (options.idempotencyKey().isEmpty()) {
            return () -> {};
        }
        Name name = new Name(
                TableNames.folded(table),
                options.branch(),
                options.idempotencyKey().get());
        CountDownLatch ended = new CountDownLatch(1);
        long giveUp = System.nanoTime() + patience.toNanos();
        for (CountDownLatch other = running.putIfAbsent(name, ended);
                other != null;
                other = running.putIfAbsent(name, ended)) {
            await(other, giveUp, name);
        }
        return () -> {
            running.remove(name, ended);
            ended.countDown();
        };
    }

    private static void await(CountDownLatch other, long giveUp, Name name) {
        try {
            if (!other.await(giveUp - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new EiderException(
                        ErrorCode.TIMED_OUT,
                        "An append with the idempotency key \"%s\" is still running: try again later"
                                .formatted(name.key()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EiderException(ErrorCode.CANCELLED, "Interrupted while waiting for the same key", e);
        }
    }
}
