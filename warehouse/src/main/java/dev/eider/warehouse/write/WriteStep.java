package dev.eider.warehouse.write;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The rows between two commits of one stream: how many there are, and when they are due. Confined to one append. */
final class WriteStep {
    private final WriteOptions options;
    private volatile long rows;
    private volatile @Nullable Long deadlineNanos;

    WriteStep(WriteOptions options) {
        this.options = options;
    }

    /** Counts rows that will be part of this step; the first of them starts its clock. */
    void count(long more, long arrivedNanos) {
        if (rows == 0) {
            options.commitEvery().ifPresent(every -> deadlineNanos = arrivedNanos + every.toNanos());
        }
        rows += more;
    }

    long rows() {
        return rows;
    }

    /**
     * Returns how long the step may still wait for more rows.
     *
     * @param arrivedNanos when the oldest row that is not counted yet arrived
     * @param waiting whether there is such a row
     */
    long nanosUntilDue(long nowNanos, long arrivedNanos, boolean waiting) {
        Long deadline = deadlineNanos;
        if (deadline != null) {
            return deadline - nowNanos;
        }
        return waiting && options.commitEvery().isPresent()
                ? arrivedNanos + options.commitEvery().get().toNanos() - nowNanos
                : Long.MAX_VALUE;
    }

    /** Returns whether the rows counted so far are to be committed now. */
    boolean isComplete() {
        Long deadline = deadlineNanos;
        return (options.commitEveryRows() > 0 && rows >= options.commitEveryRows())
                || (deadline != null && deadline - System.nanoTime() <= 0);
    }

    /** Returns the end of a wait of at most {@code longest}, cut short by the step's own deadline. */
    long deadlineWithin(Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        Long deadline = deadlineNanos;
        return deadline == null || end - deadline < 0 ? end : deadline;
    }
}
