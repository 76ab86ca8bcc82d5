package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of files in buckets on the disk of this host, so that the engine reads them by path.
 *
 * <p>Each file is fetched once however many ask for it. Those read longest ago go when others need their room; those that
 * are being read stay. Copies survive the process. Thread-safe. Whoever opens it closes it, after the last reader.
 */
final class DataFileCache implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataFileCache.class);
    private static final long POLL_MILLIS = 50;

    private final CacheDirectory directory;
    private final long capacity;
    private final Downloads downloads;
    private final Duration roomTimeout;
    /** The one read longest ago first. Guarded by itself. */
    private final Map<String, Copy> copies = new LinkedHashMap<>(16, 0.75f, true);

    /** Bytes of all copies, and of those that somebody reads. Guarded by {@link #copies}. */
    private long used;

    private long inUse;
    private final LongAdder hits = new LongAdder();
    private final LongAdder hitBytes = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder missBytes = new LongAdder();
    private final LongAdder evictions = new LongAdder();

    /**
     * Opens a cache with what an earlier process left in its directory.
     *
     * @param capacity bytes; 0 keeps no copy longer than somebody reads it
     * @param roomTimeout how long a reader waits until others have done with what they read
     */
    DataFileCache(CacheDirectory directory, long capacity, Downloads downloads, Duration roomTimeout) {
        this.directory = directory;
        this.capacity = capacity;
        this.downloads = downloads;
        this.roomTimeout = roomTimeout;
        try (Stream<Path> files = Files.list(directory.files())) {
            files.map(Found::of)
                    .sorted(Comparator.comparingLong(Found::modified))
                    .forEach(this::add);
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot read " + directory.files(), e);
        }
        synchronized (copies) {
            makeRoom(0);
        }
    }

    /** A copy of an earlier process. */
    private record Found(Path path, long bytes, long modified) {
        static Found of(Path path) {
            try {
                return new Found(
                        path, Files.size(path), Files.getLastModifiedTime(path).toMillis());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** One copy, whole or on its way. Guarded by {@link #copies}, but for what is final. */
    private static final class Copy {
        private final Path path;
        private final long bytes;
        private final CompletableFuture<Path> whole = new CompletableFuture<>();
        private int readers;

        Copy(Path path, long bytes) {
            this.path = path;
            this.bytes = bytes;
        }

        /** Whoever wanted it has gone before it was whole, so that it may never be. */
        boolean isAbandoned() {
            return readers == 0 && !whole.isDone();
        }

        boolean isWhole() {
            return whole.isDone() && !whole.isCompletedExceptionally();
        }
    }

    private void add(Found found) {
        Copy copy = new Copy(found.path(), found.bytes());
        copy.whole.complete(found.path());
        synchronized (copies) {
            copies.put(found.path().getFileName().toString(), copy);
            used += found.bytes();
        }
    }

    /**
     * Makes files readable by path; waits until all of them are.
     *
     * @param cancelled asked now and then: once true, the wait ends with an error
     */
    HeldFiles hold(Collection<StoredFile> files, BooleanSupplier cancelled) {
        return whole(enter(new LinkedHashSet<>(files), cancelled), cancelled);
    }

    /** Like the other, if no more than some bytes have to be fetched, and there is room for them at this moment. */
    Optional<HeldFiles> tryHold(Collection<StoredFile> files, long mostBytes, BooleanSupplier cancelled) {
        Map<StoredFile, Copy> held;
        synchronized (copies) {
            boolean fits = capacity > 0 && inUse + missing(files) <= capacity;
            if (!fits || bytesAway(files) > mostBytes) {
                return Optional.empty();
            }
            held = enter(new LinkedHashSet<>(files), cancelled);
        }
        return Optional.of(whole(held, cancelled));
    }

    private HeldFiles whole(Map<StoredFile, Copy> held, BooleanSupplier cancelled) {
        try {
            Map<String, Optional<Path>> paths = new HashMap<>();
            for (Map.Entry<StoredFile, Copy> entry : held.entrySet()) {
                paths.put(entry.getKey().location(), Optional.of(await(entry.getKey(), entry.getValue(), cancelled)));
            }
            return new Held(paths, held.values());
        } catch (RuntimeException e) {
            leave(held.values());
            throw e;
        }
    }

    /** Makes those files readable by path that are here, whole, and leaves the others where they are; never waits. */
    HeldFiles holdWhole(Collection<StoredFile> files) {
        Map<String, Optional<Path>> paths = new HashMap<>();
        Map<StoredFile, Copy> held = new LinkedHashMap<>();
        synchronized (copies) {
            for (StoredFile file : new LinkedHashSet<>(files)) {
                Copy known = copies.get(name(file));
                if (known != null && known.isWhole()) {
                    enter(known);
                    held.put(file, known);
                    paths.put(file.location(), Optional.of(known.path));
                } else {
                    paths.put(file.location(), Optional.empty());
                }
            }
        }
        return new Held(paths, held.values());
    }

    /** Returns how many bytes of files are not here, or not yet. */
    private long bytesAway(Collection<StoredFile> files) {
        long bytes = 0;
        for (StoredFile file : files) {
            Copy known = copies.get(name(file));
            bytes += known == null || !known.isWhole() ? file.bytes() : 0;
        }
        return bytes;
    }

    private static Path await(StoredFile file, Copy copy, BooleanSupplier cancelled) {
        while (true) {
            try {
                return copy.whole.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (cancelled.getAsBoolean()) {
                    throw cancelled();
                }
            } catch (ExecutionException e) {
                throw Downloads.failure(file, e.getCause() == null ? e : e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw cancelled();
            }
        }
    }

    private static EiderException cancelled() {
        return new EiderException(ErrorCode.CANCELLED, "The query was cancelled");
    }

    /** Counts one more reader of each file, and begins to fetch those that are missing: all of them or none. */
    private Map<StoredFile, Copy> enter(Set<StoredFile> files, BooleanSupplier cancelled) {
        Map<StoredFile, Copy> held = new LinkedHashMap<>();
        List<Runnable> fetches = new ArrayList<>();
        long deadline = System.nanoTime() + roomTimeout.toNanos();
        synchronized (copies) {
            awaitRoom(files, deadline, cancelled);
            for (StoredFile file : files) {
                String name = name(file);
                Copy known = copies.get(name);
                if (known != null && known.isAbandoned()) {
                    forget(name, known);
                    known = null;
                }
                if (known != null) {
                    enter(known);
                    held.put(file, known);
                } else {
                    misses.increment();
                    missBytes.add(file.bytes());
                    Copy copy = new Copy(directory.files().resolve(name), file.bytes());
                    copy.readers = 1;
                    copies.put(name, copy);
                    used += file.bytes();
                    inUse += file.bytes();
                    held.put(file, copy);
                    fetches.add(() -> fetch(file, name, copy));
                }
            }
            makeRoom(0);
        }
        fetches.forEach(Runnable::run);
        return held;
    }

    /** Counts one more reader of what is here. */
    private void enter(Copy known) {
        hits.increment();
        hitBytes.add(known.bytes);
        inUse += known.readers == 0 ? known.bytes : 0;
        known.readers++;
    }

    private void awaitRoom(Collection<StoredFile> files, long deadline, BooleanSupplier cancelled) {
        if (capacity == 0) {
            return;
        }
        long wanted = files.stream().mapToLong(StoredFile::bytes).sum();
        if (wanted > capacity) {
            throw new EiderException(
                    ErrorCode.TOO_LARGE,
                    "The files to read have %d bytes, and the server keeps at most %d of buckets: read fewer, by a filter that partitions or bounds tell apart, or raise storage.cache.size"
                            .formatted(wanted, capacity));
        }
        while (inUse + missing(files) > capacity) {
            if (cancelled.getAsBoolean()) {
                throw cancelled();
            }
            if (System.nanoTime() > deadline) {
                throw new EiderException(
                        ErrorCode.OVERLOADED,
                        "Other queries read %d of the %d bytes that the server keeps of buckets, and these need %d more: try again, or raise storage.cache.size"
                                .formatted(inUse, capacity, missing(files)));
            }
            try {
                copies.wait(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw cancelled();
            }
        }
    }

    /** What would be in use in addition. */
    private long missing(Collection<StoredFile> files) {
        long bytes = 0;
        for (StoredFile file : files) {
            Copy known = copies.get(name(file));
            bytes += known == null || known.readers == 0 ? file.bytes() : 0;
        }
        return bytes;
    }

    private void fetch(StoredFile file, String name, Copy copy) {
        Path partial = directory.partial().resolve(UUID.randomUUID().toString());
        BooleanSupplier unwanted = () -> {
            synchronized (copies) {
                return copy.readers == 0;
            }
        };
        downloads.start(file, partial, unwanted, failure -> {
            Throwable problem = failure == null ? keep(name, copy, partial) : failure;
            if (problem == null) {
                copy.whole.complete(copy.path);
            } else {
                forget(name, copy);
                delete(partial);
                copy.whole.completeExceptionally(problem);
            }
        });
    }

    /** Puts a whole copy where it belongs, unless another has its place by now; returns what went wrong. */
    private @Nullable Throwable keep(String name, Copy copy, Path partial) {
        synchronized (copies) {
            if (copies.get(name) != copy) {
                return new CancellationException("Nobody reads it any more");
            }
            try {
                Files.move(partial, copy.path, StandardCopyOption.ATOMIC_MOVE);
                return null;
            } catch (IOException e) {
                return e;
            }
        }
    }

    private void forget(String name, Copy copy) {
        synchronized (copies) {
            if (copies.remove(name, copy)) {
                used -= copy.bytes;
            }
            copies.notifyAll();
        }
    }

    private void leave(Collection<Copy> held) {
        synchronized (copies) {
            for (Copy copy : held) {
                copy.readers--;
                inUse -= copy.readers == 0 ? copy.bytes : 0;
            }
            makeRoom(0);
            copies.notifyAll();
        }
    }

    /** Removes what nobody reads until there is room for so many bytes more. */
    private void makeRoom(long bytes) {
        Iterator<Map.Entry<String, Copy>> eldest = copies.entrySet().iterator();
        while (used + bytes > capacity && eldest.hasNext()) {
            Copy copy = eldest.next().getValue();
            if (copy.readers == 0 && copy.whole.isDone()) {
                eldest.remove();
                used -= copy.bytes;
                evictions.increment();
                delete(copy.path);
            }
        }
    }

    /** Takes over a file that was just stored: whoever reads it next need not fetch it. */
    void adopt(StoredFile file, Path path) {
        String name = name(file);
        synchronized (copies) {
            // What can never fit makes nobody else go.
            if (inUse + file.bytes() <= capacity) {
                makeRoom(file.bytes());
            }
            if (used + file.bytes() > capacity || copies.containsKey(name)) {
                delete(path);
                return;
            }
            Copy copy = new Copy(directory.files().resolve(name), file.bytes());
            try {
                Files.move(path, copy.path, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                LOG.debug("A stored file was not kept, location={}", file.location(), e);
                delete(path);
                return;
            }
            copy.whole.complete(copy.path);
            copies.put(name, copy);
            used += file.bytes();
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("A copy of a file stays on the disk, path={}", path, e);
        }
    }

    /** Returns what was found here and what had to be fetched since this was opened. */
    CacheCounts counts() {
        synchronized (copies) {
            return new CacheCounts(
                    hits.sum(), hitBytes.sum(), misses.sum(), missBytes.sum(), evictions.sum(), copies.size(), used);
        }
    }

    /** Content is told by location and length: a file never changes. */
    private static String name(StoredFile file) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest((Locations.canonical(file.location()) + "\n" + file.bytes())
                            .getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest) + ".parquet";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Held implements HeldFiles {
        private final Map<String, Optional<Path>> paths;
        private final Collection<Copy> held;
        private boolean closed;

        Held(Map<String, Optional<Path>> paths, Collection<Copy> held) {
            this.paths = paths;
            this.held = List.copyOf(held);
        }

        @Override
        public Optional<Path> path(String location) {
            Optional<Path> path = paths.get(location);
            if (path == null) {
                throw new IllegalArgumentException("Not held: " + location);
            }
            return path;
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                leave(held);
            }
        }
    }

    @Override
    public void close() {
        downloads.close();
        directory.close();
    }
}
