package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory that one process keeps copies of files in, and no other process meanwhile. The next process finds the
 * copies there.
 *
 * <p>Copies are not synced: after a loss of power the host boots anew, and what it finds is not trusted. Whoever opens it
 * closes it. Thread-safe.
 *
 * @param path the process's own directory
 */
record CacheDirectory(Path path, FileChannel lock) implements AutoCloseable {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int MOST_PROCESSES = 1_000;

    /** What this process has. POSIX gives up all locks of a process on a file once it closes the file anywhere. */
    private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();

    /** Takes a directory below {@code parent} that nobody else has. */
    static CacheDirectory open(Path parent) {
        try {
            for (int number = 0; number < MOST_PROCESSES; number++) {
                Path path = Files.createDirectories(parent.resolve(String.valueOf(number)))
                        .toRealPath();
                Optional<CacheDirectory> directory = TAKEN.add(path) ? take(path) : Optional.empty();
                if (directory.isPresent()) {
                    return directory.get();
                }
            }
        } catch (IOException e) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED, "Cannot use %s for the cache of data files: %s".formatted(parent, e), e);
        }
        throw new EiderException(
                ErrorCode.STORAGE_FAILED, "Every directory below %s is taken by another process".formatted(parent));
    }

    private static Optional<CacheDirectory> take(Path path) throws IOException {
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() == null) {
                return Optional.empty();
            }
            CacheDirectory directory = new CacheDirectory(path, channel);
            directory.prepare();
            taken = true;
            return Optional.of(directory);
        } finally {
            if (!taken) {
                release(path, channel);
            }
        }
    }

    private static void release(Path path, @Nullable FileChannel channel) throws IOException {
        try {
            if (channel != null) {
                channel.close();
            }
        } finally {
            TAKEN.remove(path);
        }
    }

    private void prepare() throws IOException {
        remove(spool());
        remove(partial());
        String boot = Files.isReadable(BOOT_ID) ? Files.readString(BOOT_ID).strip() : "";
        Path known = path.resolve("boot");
        if (boot.isEmpty() || !Files.exists(known) || !Files.readString(known).equals(boot)) {
            remove(files());
            Files.writeString(known, boot);
        }
        for (Path directory : List.of(spool(), partial(), files())) {
            Files.createDirectories(directory);
        }
    }

    /** Returns where files wait to be sent. */
    Path spool() {
        return path.resolve("spool");
    }

    /** Returns where copies are that are not whole yet. */
    Path partial() {
        return path.resolve("partial");
    }

    /** Returns where whole copies are. */
    Path files() {
        return path.resolve("files");
    }

    /** Removes a directory with all it holds, if it is there. */
    static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public void close() {
        try {
            try {
                remove(spool());
            } finally {
                release(path, lock);
            }
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot clean up " + path, e);
        }
    }
}
