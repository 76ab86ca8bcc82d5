package dev.eider.warehouse.storage;

import dev.eider.catalog.DaemonThreads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.inmemory.InMemoryInputFile;
import org.apache.iceberg.inmemory.InMemoryOutputFile;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * Metadata files that are written to a bucket together: they wait in memory until all are, and then go side by side.
 *
 * <p>They can be read from here, the latest also after that: who commits next, or reads what was just committed, asks the
 * bucket for nothing. Thread-safe; its threads end when there is nothing to send.
 */
final class WaitingObjects {
    private static final int THREADS = 32;
    private static final long REMEMBERED_BYTES = 16 << 20;
    private static final long LARGE_BYTES = 2 << 20;

    private final Map<String, InMemoryOutputFile> waiting = new ConcurrentHashMap<>();
    /** Files that were sent: such a file never changes. The one asked for longest ago first. Guarded by itself. */
    private final Map<String, InMemoryInputFile> sent = new LinkedHashMap<>(16, 0.75f, true);

    private long sentBytes;
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(
            0,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            DaemonThreads.named("eider-metadata-upload"),
            new ThreadPoolExecutor.CallerRunsPolicy());

    /** Returns a file that waits from when it is written. */
    OutputFile add(String location) {
        InMemoryOutputFile file = new InMemoryOutputFile(location);
        waiting.put(location, file);
        return file;
    }

    /** Returns a file that waits, or was sent lately. */
    Optional<InputFile> find(String location) {
        InMemoryOutputFile file = waiting.get(location);
        if (file != null) {
            return Optional.of(file.toInputFile());
        }
        synchronized (sent) {
            return Optional.ofNullable(sent.get(location));
        }
    }

    /** Forgets a file; returns whether it waited. */
    boolean remove(String location) {
        synchronized (sent) {
            InMemoryInputFile known = sent.remove(location);
            sentBytes -= known == null ? 0 : known.getLength();
        }
        return waiting.remove(location) != null;
    }

    private void remember(String location, byte[] content) {
        if (content.length > LARGE_BYTES) {
            return;
        }
        synchronized (sent) {
            if (sent.put(location, new InMemoryInputFile(location, content)) == null) {
                sentBytes += content.length;
            }
            Iterator<InMemoryInputFile> eldest = sent.values().iterator();
            while (sentBytes > REMEMBERED_BYTES) {
                sentBytes -= eldest.next().getLength();
                eldest.remove();
            }
        }
    }

    /** Sends files, and returns when all are stored; nothing of them waits after that, whether or not it fails. */
    void send(Collection<String> locations, FileIO to) {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (String location : locations) {
            InMemoryOutputFile file = waiting.remove(location);
            if (file != null) {
                running.add(CompletableFuture.runAsync(() -> send(file, to.newOutputFile(location)), threads));
            }
        }
        try {
            CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void send(InMemoryOutputFile file, OutputFile target) {
        byte[] content = file.toByteArray();
        try (PositionOutputStream stream = target.createOrOverwrite()) {
            stream.write(content);
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot write %s", target.location());
        }
        remember(target.location(), content);
    }
}
