package dev.eider.warehouse.scan;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what was loaded, up to a number of bytes, those used last; everybody who asks for the same at the same time
 * shares one load. A load that failed is forgotten.
 *
 * <p>Thread-safe. Loads run on the executor, so that a caller who gives up spoils nobody else's.
 */
final class SharedLoads {
    private static final int ENTRY_BYTES = 250;

    private final long maxBytes;
    private final Executor executor;
    /** Least recently used first; guarded by itself, like the counters. */
    private final Map<ManifestKey, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;
    private long loads;

    /** How much it holds, and how often it had to load. */
    record Usage(int entries, long bytes, long loads) {}

    private static final class Entry {
        private final CompletableFuture<CachedMetadata> future = new CompletableFuture<>();
        /** 0 until it is loaded. */
        private long bytes;
    }

    /** What is wanted, and how to load it. */
    record Request(ManifestKey key, Supplier<? extends CachedMetadata> load) {}

    SharedLoads(long maxBytes, Executor executor) {
        this.maxBytes = maxBytes;
        this.executor = executor;
    }

    /** Starts to load what is missing; the futures are in the order of the requests. */
    List<CompletableFuture<CachedMetadata>> request(List<Request> requests) {
        List<CompletableFuture<CachedMetadata>> futures = new ArrayList<>(requests.size());
        Map<Request, Entry> missing = new LinkedHashMap<>();
        synchronized (entries) {
            for (Request request : requests) {
                Entry entry = entries.get(request.key());
                if (entry == null) {
                    entry = new Entry();
                    entries.put(request.key(), entry);
                    missing.put(request, entry);
                    loads++;
                }
                futures.add(entry.future);
            }
        }
        missing.forEach(this::start);
        return futures;
    }

    private void start(Request request, Entry entry) {
        try {
            executor.execute(() -> load(request, entry));
        } catch (RejectedExecutionException e) {
            forget(request.key(), entry);
            entry.future.completeExceptionally(e);
        }
    }

    private void load(Request request, Entry entry) {
        try {
            CachedMetadata loaded = request.load().get();
            keep(request.key(), entry, loaded.bytes() + ENTRY_BYTES);
            entry.future.complete(loaded);
        } catch (RuntimeException | Error e) {
            forget(request.key(), entry);
            entry.future.completeExceptionally(e);
        }
    }

    private void keep(ManifestKey key, Entry entry, long size) {
        synchronized (entries) {
            if (entries.get(key) == entry) {
                entry.bytes = size;
                bytes += size;
                evict();
            }
        }
    }

    private void evict() {
        Iterator<Entry> oldest = entries.values().iterator();
        while (bytes > maxBytes && oldest.hasNext()) {
            Entry entry = oldest.next();
            if (entry.bytes > 0) {
                bytes -= entry.bytes;
                oldest.remove();
            }
        }
    }

    private void forget(ManifestKey key, Entry entry) {
        synchronized (entries) {
            if (entries.remove(key, entry)) {
                bytes -= entry.bytes;
            }
        }
    }

    /** Drops a value, so that the next request loads it anew. */
    void drop(ManifestKey key, CachedMetadata value) {
        synchronized (entries) {
            @Nullable Entry entry = entries.get(key);
            if (entry != null && entry.future.getNow(value) == value) {
                forget(key, entry);
            }
        }
    }

    Usage usage() {
        synchronized (entries) {
            return new Usage(entries.size(), bytes, loads);
        }
    }
}
