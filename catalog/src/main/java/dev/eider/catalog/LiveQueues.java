package dev.eider.catalog;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Queues by what they are for: one each while anybody waits in it, and the most recently used of the others. Thread-safe.
 *
 * @param <K> what a queue is for
 * @param <T> what is handed in
 * @param <R> what each gets back
 */
public final class LiveQueues<K, T, R> {
    private final Function<K, GroupQueue<T, R>> queues;
    private final int mostIdle;
    /** Guarded by this. */
    private final Map<K, Slot<T, R>> inUse = new LinkedHashMap<>();
    /** Guarded by this; the least recently used first. */
    private final Map<K, Slot<T, R>> idle = new LinkedHashMap<>();

    private static final class Slot<T, R> {
        private final GroupQueue<T, R> queue;
        private int users;

        Slot(GroupQueue<T, R> queue) {
            this.queue = queue;
        }
    }

    /**
     * Creates a set without queues.
     *
     * @param queues makes the queue for a key
     * @param mostIdle how many are kept that nobody waits in
     */
    public LiveQueues(Function<K, GroupQueue<T, R>> queues, int mostIdle) {
        this.queues = queues;
        this.mostIdle = mostIdle;
    }

    /** Has something done by the queue for a key, as {@link GroupQueue#submit}. */
    public R submit(K key, T item, Duration patience) {
        Slot<T, R> slot = enter(key);
        try {
            return slot.queue.submit(item, patience);
        } finally {
            leave(key, slot);
        }
    }

    private synchronized Slot<T, R> enter(K key) {
        Slot<T, R> waiting = idle.remove(key);
        if (waiting != null) {
            inUse.put(key, waiting);
        }
        Slot<T, R> slot = inUse.computeIfAbsent(key, missing -> new Slot<>(queues.apply(missing)));
        slot.users++;
        return slot;
    }

    private synchronized void leave(K key, Slot<T, R> slot) {
        slot.users--;
        if (slot.users > 0) {
            return;
        }
        inUse.remove(key);
        idle.put(key, slot);
        if (idle.size() > mostIdle) {
            Iterator<K> oldest = idle.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** Returns how many queues there are. */
    synchronized int size() {
        return inUse.size() + idle.size();
    }
}
