package dev.eider.warehouse.write;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Validated batches on their way from the thread that receives them to the thread that writes them, bounded in bytes.
 *
 * <p>Decouples a slow sender from the engine: no engine thread waits for a network for longer than a lull. Thread-safe
 * for one producer and one consumer. Owns the buffers that are in it.
 */
final class BatchQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Item> items = new ArrayDeque<>();
    private final long capacityBytes;
    private long bytes;
    private long rows;
    private boolean ended;
    private boolean aborted;
    private @Nullable Throwable failure;

    BatchQueue(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /**
     * One batch with the dictionaries that it refers to.
     *
     * @param arrivedNanos when it came, as {@link System#nanoTime()} counts
     */
    record Item(ArrowRecordBatch batch, DictionarySnapshot dictionaries, long bytes, long arrivedNanos) {}

    /** Adds a batch, waiting while the queue is full; takes ownership even if it throws. */
    void put(Item item) throws InterruptedException {
        lock.lock();
        try {
            while (!aborted && !items.isEmpty() && bytes + item.bytes() > capacityBytes) {
                changed.await();
            }
            if (aborted) {
                throw new EiderException(ErrorCode.CANCELLED, "The write was given up");
            }
            items.addLast(item);
            item.dictionaries().retain();
            bytes += item.bytes();
            rows += item.batch().getLength();
            changed.signalAll();
        } catch (InterruptedException | EiderException e) {
            item.batch().close();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Says that no more batches come. */
    void end() {
        finish(null);
    }

    /** Says that the stream broke; the consumer gets this error once it has taken what came before. */
    void fail(Throwable cause) {
        finish(cause);
    }

    private void finish(@Nullable Throwable cause) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = cause;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a good part of the capacity is filled, the stream has ended, or the step is complete or due.
     *
     * @param idle how long nothing at all may arrive before the stream is given up
     * @return whether there are batches to write
     */
    boolean awaitFill(WriteStep step, Duration idle) throws InterruptedException {
        lock.lock();
        try {
            long seen = bytes;
            long idleDeadline = System.nanoTime() + idle.toNanos();
            while (!ended && bytes < capacityBytes / 2 && !step.isCompleteWith(rows)) {
                long now = System.nanoTime();
                if (bytes != seen) {
                    seen = bytes;
                    idleDeadline = now + idle.toNanos();
                }
                Item oldest = items.peekFirst();
                long untilDue = step.nanosUntilDue(now, oldest == null ? now : oldest.arrivedNanos(), oldest != null);
                if (untilDue <= 0) {
                    break;
                }
                if (idleDeadline - now <= 0) {
                    throw new EiderException(
                            ErrorCode.TIMED_OUT,
                            "The stream sent nothing for %d ms and was given up".formatted(idle.toMillis()));
                }
                changed.awaitNanos(Math.min(untilDue, idleDeadline - now));
            }
            throwFailure();
            return !items.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the next batch if it refers to the given dictionaries, waiting at most until {@code deadlineNanos}.
     *
     * @return the batch, which the caller closes, or nothing if none came in time, the dictionaries changed, or the
     *     stream ended
     */
    @Nullable
    Item take(DictionarySnapshot dictionaries, long deadlineNanos) throws InterruptedException {
        lock.lock();
        try {
            while (items.isEmpty() && !ended && !aborted) {
                long wait = deadlineNanos - System.nanoTime();
                if (wait <= 0) {
                    return null;
                }
                changed.awaitNanos(wait);
            }
            throwFailure();
            Item next = items.peekFirst();
            if (next == null || next.dictionaries() != dictionaries) {
                return null;
            }
            items.removeFirst();
            // The consumer has loaded them already: it names them to get this far.
            next.dictionaries().close();
            bytes -= next.bytes();
            rows -= next.batch().getLength();
            changed.signalAll();
            return next;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes what is queued for a step if no more can come for it, it is small, and one set of dictionaries serves it;
     * the caller closes it.
     *
     * @return nothing if it must be read batch by batch
     */
    Optional<HeldRows> takeSmall(WriteStep step, long mostBytes) {
        lock.lock();
        try {
            throwFailure();
            boolean settled = ended || step.isCompleteWith(rows);
            if (!settled || items.isEmpty() || bytes >= mostBytes) {
                return Optional.empty();
            }
            DictionarySnapshot dictionaries = items.element().dictionaries();
            if (!items.stream().allMatch(item -> item.dictionaries() == dictionaries)) {
                return Optional.empty();
            }
            List<ArrowRecordBatch> taken = new ArrayList<>();
            long before = bytes;
            while (!items.isEmpty() && !step.isCompleteWith(0)) {
                Item item = items.removeFirst();
                step.count(item.batch().getLength(), item.arrivedNanos());
                taken.add(item.batch());
                bytes -= item.bytes();
                rows -= item.batch().getLength();
                if (taken.size() > 1) {
                    item.dictionaries().close();
                }
            }
            changed.signalAll();
            return Optional.of(new HeldRows(taken, dictionaries, before - bytes));
        } finally {
            lock.unlock();
        }
    }

    /** Drops what is queued, and returns how many rows that was. */
    long discard() {
        lock.lock();
        try {
            throwFailure();
            long discarded = rows;
            clear();
            return discarded;
        } finally {
            lock.unlock();
        }
    }

    /** Returns the dictionaries of the next batch; there must be one. */
    DictionarySnapshot nextDictionaries() {
        lock.lock();
        try {
            return items.element().dictionaries();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether the stream has ended well and every batch of it was taken; throws if it broke. */
    boolean isDrained() {
        lock.lock();
        try {
            throwFailure();
            return ended && items.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** A broken stream commits nothing more, so what is left in the queue does not matter. */
    private void throwFailure() {
        Throwable cause = failure;
        if (cause instanceof EiderException known) {
            throw known;
        }
        if (cause != null) {
            throw new BrokenStreamException(cause);
        }
    }

    /** Gives up: frees what is queued and wakes the producer, whose batches are refused from now on. */
    void abort() {
        lock.lock();
        try {
            aborted = true;
            clear();
        } finally {
            lock.unlock();
        }
    }

    private void clear() {
        for (Item item : items) {
            item.batch().close();
            item.dictionaries().close();
        }
        items.clear();
        bytes = 0;
        rows = 0;
        changed.signalAll();
    }
}
