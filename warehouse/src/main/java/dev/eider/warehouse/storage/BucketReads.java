package dev.eider.warehouse.storage;

import dev.eider.catalog.DaemonThreads;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which files of a scan stay in their bucket, for an engine that can read them there.
 *
 * <p>What is here is read here, and what is small comes here at once. Of large files an engine reads only the columns that
 * it needs, so the first query leaves them where they are; the second shows that they are worth their room, and they are
 * fetched behind its back. Scans that would fill the whole cache never come here.
 *
 * <p>Thread-safe. Whoever opens it closes it, before the cache.
 */
final class BucketReads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BucketReads.class);
    /** So much comes here about as quickly as a part of it is read elsewhere. */
    private static final long SMALL_BYTES = 16 << 20;

    private static final int REMEMBERED = 20_000;
    private static final int WAITING = 1_000;

    private final StorageConfig.CacheConfig config;
    private final DataFileCache cache;
    private final ThreadPoolExecutor fetches;
    /** Files that one query has read in their bucket, and its reader; the longest known first. Guarded by itself. */
    private final Map<StoredFile, WeakReference<Object>> readOnce = new LinkedHashMap<>();

    BucketReads(StorageConfig.CacheConfig config, DataFileCache cache) {
        this.config = config;
        this.cache = cache;
        this.fetches = DaemonThreads.pool("eider-prefetch", 1, WAITING);
    }

    /**
     * Makes files readable; waits for those that come here at once.
     *
     * @param reader of one query: it may ask for a file more than once
     * @param cancelled asked now and then: once true, the wait ends with an error
     */
    HeldFiles hold(List<StoredFile> files, Object reader, BooleanSupplier cancelled) {
        if (areDirect()) {
            return IN_PLACE;
        }
        return cache.tryHold(files, SMALL_BYTES, cancelled).orElseGet(() -> {
            HeldFiles held = cache.holdWhole(files);
            if (bytes(files) <= config.bytes()) {
                remember(files, file -> held.path(file.location()).isEmpty(), reader);
            }
            return held;
        });
    }

    boolean areDirect() {
        return config.reads() == StorageConfig.Reads.DIRECT;
    }

    private static long bytes(Collection<StoredFile> files) {
        return files.stream().mapToLong(StoredFile::bytes).sum();
    }

    private void remember(List<StoredFile> files, Predicate<StoredFile> away, Object reader) {
        synchronized (readOnce) {
            files.stream().filter(away).forEach(file -> {
                WeakReference<Object> first = readOnce.putIfAbsent(file, new WeakReference<>(reader));
                if (first != null && !first.refersTo(reader) && isQueued(file)) {
                    readOnce.remove(file);
                }
            });
            Iterator<StoredFile> eldest = readOnce.keySet().iterator();
            while (readOnce.size() > REMEMBERED) {
                eldest.next();
                eldest.remove();
            }
        }
    }

    private boolean isQueued(StoredFile file) {
        try {
            fetches.execute(() -> fetch(file));
            return true;
        } catch (RejectedExecutionException enoughForNow) {
            return false;
        }
    }

    private void fetch(StoredFile file) {
        try {
            cache.hold(List.of(file), fetches::isShutdown).close();
        } catch (RuntimeException e) {
            LOG.debug("A file was not fetched for later, location={}", file.location(), e);
        }
    }

    /** Whatever it is stays where it is. */
    private static final HeldFiles IN_PLACE = new HeldFiles() {
        @Override
        public Optional<Path> path(String location) {
            return Optional.empty();
        }

        @Override
        public void close() {}
    };

    @Override
    public void close() {
        fetches.shutdownNow();
    }
}
