package dev.eider.warehouse.storage;

import dev.eider.catalog.DaemonThreads;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.RangeReadable;
import org.apache.iceberg.io.SeekableInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Copies files to this host, in ranges that are read side by side.
 *
 * <p>Thread-safe. Holds at most {@link #THREADS} ranges in memory. Whoever opens it closes it.
 */
final class Downloads implements AutoCloseable {
    private static final int THREADS = 8;
    private static final int RANGE_BYTES = 8 << 20;
    private static final int ATTEMPTS = 4;
    private static final long FIRST_PAUSE_MILLIS = 50;

    private final FileIO io;
    private final ExecutorService executor;

    Downloads(FileIO io) {
        this.io = io;
        this.executor = DaemonThreads.pool("eider-download", THREADS);
    }

    /**
     * Begins to copy a file.
     *
     * @param target does not exist yet; may be left in any state if this fails
     * @param unwanted asked before each range: once true, the copy fails
     * @param ended told once, when nothing writes to the target any more: null, or what went wrong
     */
    void start(StoredFile file, Path target, BooleanSupplier unwanted, Consumer<@Nullable Throwable> ended) {
        int ranges = Math.toIntExact((file.bytes() + RANGE_BYTES - 1) / RANGE_BYTES);
        try {
            Copying copying = new Copying(
                    FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    ranges + 1,
                    ended);
            for (int range = 0; range < ranges; range++) {
                long start = (long) range * RANGE_BYTES;
                int length = (int) Math.min(RANGE_BYTES, file.bytes() - start);
                executor.execute(() -> copying.part(() -> {
                    if (unwanted.getAsBoolean()) {
                        throw new CancellationException("Nobody reads " + file.location() + " any more");
                    }
                    copy(file, start, length, copying.target);
                }));
            }
            copying.part(() -> {});
        } catch (IOException e) {
            ended.accept(notStored(file, e));
        }
    }

    /** One copy that is under way. Thread-safe. */
    private static final class Copying {
        private final FileChannel target;
        private final AtomicInteger left;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        private final Consumer<@Nullable Throwable> ended;

        Copying(FileChannel target, int parts, Consumer<@Nullable Throwable> ended) {
            this.target = target;
            this.left = new AtomicInteger(parts);
            this.ended = ended;
        }

        /** Does one part, unless another has failed, and tells the end after the last. */
        void part(Runnable work) {
            try {
                if (failure.get() == null) {
                    work.run();
                }
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            }
            if (left.decrementAndGet() == 0) {
                try {
                    target.close();
                } catch (IOException e) {
                    failure.compareAndSet(null, e);
                }
                ended.accept(failure.get());
            }
        }
    }

    private void copy(StoredFile file, long start, int length, FileChannel target) {
        byte[] bytes = new byte[length];
        read(file, start, bytes);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (buffer.hasRemaining()) {
                target.write(buffer, start + buffer.position());
            }
        } catch (IOException e) {
            throw notStored(file, e);
        }
    }

    /** The client repeats requests that fail; what breaks while the content comes is repeated here. */
    private void read(StoredFile file, long start, byte[] bytes) {
        for (int attempt = 1; ; attempt++) {
            try (SeekableInputStream in =
                    io.newInputFile(file.location(), file.bytes()).newStream()) {
                ((RangeReadable) in).readFully(start, bytes, 0, bytes.length);
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw broken(file, e);
                }
                pause(FIRST_PAUSE_MILLIS << attempt);
            }
        }
    }

    private static EiderException broken(StoredFile file, IOException e) {
        return new EiderException(
                ErrorCode.STORAGE_FAILED,
                "GetObject of %s failed: %s in each of %d attempts"
                        .formatted(
                                file.location(),
                                e instanceof EOFException
                                        ? "it ended before its %d bytes".formatted(file.bytes())
                                        : "the connection broke",
                                ATTEMPTS),
                e);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("The gateway stops");
        }
    }

    private static EiderException notStored(StoredFile file, IOException e) {
        return new EiderException(
                ErrorCode.STORAGE_FAILED,
                "The cache of data files on the server cannot store %s: its disk may be full"
                        .formatted(file.location()),
                e);
    }

    /** Returns what a copy failed with, for whoever waited for it. */
    static RuntimeException failure(StoredFile file, Throwable failure) {
        if (failure instanceof EiderException known) {
            // Each waiting thread throws one of its own.
            return new EiderException(known.code(), String.valueOf(known.getMessage()), known);
        }
        if (failure instanceof NotFoundException) {
            return new NotFoundException(failure, "File does not exist: %s", file.location());
        }
        return new EiderException(
                ErrorCode.STORAGE_FAILED, "GetObject of %s failed".formatted(file.location()), failure);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
