package dev.eider.catalog;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Work that is cheaper done together: what arrives while a group is under way forms the next group.
 *
 * <p>There is no waiting window. First come, first served; bounded; thread-safe. The work runs on threads of an executor,
 * so that interrupting one of those who wait disturbs none of the others.
 *
 * @param <T> what is handed in
 * @param <R> what each gets back
 */
public final class GroupQueue<T, R> {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Entry<T, R>> waiting = new ArrayDeque<>();
    private final Executor workers;
    private final Limits<T> limits;
    private final Work<T, R> work;
    private boolean busy;

    /**
     * How much may wait, and how much is done at once.
     *
     * @param capacity how many may wait
     * @param groupSize how many are done at once
     * @param groupWeight how much they may weigh together; one alone may weigh more
     * @param weight what one weighs
     */
    public record Limits<T>(int capacity, int groupSize, long groupWeight, ToLongFunction<T> weight) {}

    /**
     * Creates a queue.
     *
     * @param workers runs the work
     */
    public GroupQueue(Executor workers, Limits<T> limits, Work<T, R> work) {
        this.workers = workers;
        this.limits = limits;
        this.work = work;
    }

    /** What is done with a group. */
    @FunctionalInterface
    public interface Work<T, R> {
        /**
         * Does what all of a group want.
         *
         * @param next lets the next group begin before this one has ended; it begins afterwards in any case
         * @return one result each, in their order
         */
        List<R> apply(List<T> group, Runnable next);
    }

    private static final class Entry<T, R> {
        private final T item;
        private final Condition changed;
        private boolean taken;
        private @Nullable R result;
        private @Nullable Throwable failure;

        Entry(T item, Condition changed) {
            this.item = item;
            this.changed = changed;
        }

        boolean isDone() {
            return result != null || failure != null;
        }
    }

    /**
     * Has something done, with whatever waits for the same.
     *
     * @param patience how long to wait for the work to begin; once it has begun, the result is waited for
     * @throws EiderException if it was not begun: too many wait, the time is up, or the thread was interrupted
     */
    public R submit(T item, Duration patience) {
        lock.lock();
        try {
            if (waiting.size() >= limits.capacity()) {
                throw new EiderException(
                        ErrorCode.OVERLOADED,
                        "%d writes wait for this table already: try again later".formatted(waiting.size()));
            }
            Entry<T, R> entry = new Entry<>(item, lock.newCondition());
            waiting.addLast(entry);
            if (!busy) {
                begin(entry);
            }
            await(entry, patience);
            return outcome(entry);
        } finally {
            lock.unlock();
        }
    }

    private void begin(Entry<T, R> entry) {
        try {
            workers.execute(this::drain);
            busy = true;
        } catch (RejectedExecutionException e) {
            waiting.remove(entry);
            throw stopped(e);
        }
    }

    private void await(Entry<T, R> entry, Duration patience) {
        long left = patience.toNanos();
        boolean interrupted = false;
        try {
            while (!entry.isDone()) {
                try {
                    if (entry.taken) {
                        entry.changed.await();
                    } else if (left <= 0) {
                        waiting.remove(entry);
                        throw new EiderException(
                                ErrorCode.TIMED_OUT,
                                "The write did not get its turn within %d ms: nothing was changed"
                                        .formatted(patience.toMillis()));
                    } else {
                        left = entry.changed.awaitNanos(left);
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                    if (!entry.taken) {
                        waiting.remove(entry);
                        throw new EiderException(ErrorCode.CANCELLED, "Interrupted while waiting for a turn", e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Does the work of one group, then, or as soon as the work says so, has the next one done. */
    private void drain() {
        List<Entry<T, R>> group = take();
        if (group.isEmpty()) {
            proceed();
            return;
        }
        AtomicBoolean continued = new AtomicBoolean();
        Runnable next = () -> {
            if (!continued.getAndSet(true)) {
                proceed();
            }
        };
        List<R> results = List.of();
        Throwable failure = null;
        try {
            results = work.apply(group.stream().map(entry -> entry.item).toList(), next);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        deliver(group, results, failure);
        next.run();
    }

    private void proceed() {
        lock.lock();
        try {
            busy = !waiting.isEmpty();
            if (busy) {
                workers.execute(this::drain);
            }
        } catch (RejectedExecutionException e) {
            busy = false;
            refuseWaiting(e);
        } finally {
            lock.unlock();
        }
    }

    /** Nothing was begun of what waits: it can be refused, whatever becomes of the group that runs. */
    private void refuseWaiting(RejectedExecutionException reason) {
        for (Entry<T, R> entry : waiting) {
            entry.failure = stopped(reason);
            entry.changed.signal();
        }
        waiting.clear();
    }

    private static EiderException stopped(RejectedExecutionException reason) {
        return new EiderException(ErrorCode.SHUTTING_DOWN, "No more writes are taken: this process ends", reason);
    }

    private void deliver(List<Entry<T, R>> group, List<R> results, @Nullable Throwable failure) {
        lock.lock();
        try {
            for (int i = 0; i < group.size(); i++) {
                Entry<T, R> entry = group.get(i);
                if (i < results.size()) {
                    entry.result = results.get(i);
                } else {
                    entry.failure = failure == null ? new IllegalStateException("A result is missing") : failure;
                }
                entry.changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private List<Entry<T, R>> take() {
        lock.lock();
        try {
            List<Entry<T, R>> group = new ArrayList<>();
            long weight = 0;
            while (!waiting.isEmpty() && group.size() < limits.groupSize()) {
                long more = limits.weight().applyAsLong(waiting.element().item);
                if (!group.isEmpty() && weight + more > limits.groupWeight()) {
                    break;
                }
                weight += more;
                Entry<T, R> entry = waiting.removeFirst();
                entry.taken = true;
                group.add(entry);
            }
            return group;
        } finally {
            lock.unlock();
        }
    }

    private static <T, R> R outcome(Entry<T, R> entry) {
        R result = entry.result;
        if (result != null) {
            return result;
        }
        if (entry.failure instanceof EiderException known) {
            throw known;
        }
        throw new EiderException(ErrorCode.INTERNAL, "The work of a group failed", entry.failure);
    }
}
