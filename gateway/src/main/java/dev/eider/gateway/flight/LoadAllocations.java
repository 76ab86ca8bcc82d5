package dev.eider.gateway.flight;

import org.apache.arrow.memory.AllocationListener;

/**
 * Counts the buffers that Arrow makes while a thread loads a message, as opposed to those that arrived with it.
 *
 * <p>Thread-safe: each thread has a count of its own.
 */
public final class LoadAllocations implements AllocationListener {
    private final ThreadLocal<Integer> counts = ThreadLocal.withInitial(() -> 0);

    @Override
    public void onAllocation(long size) {
        counts.set(counts.get() + 1);
    }

    /** Returns how many buffers the current thread has made, and begins anew. */
    int take() {
        int count = counts.get();
        counts.remove();
        return count;
    }
}
