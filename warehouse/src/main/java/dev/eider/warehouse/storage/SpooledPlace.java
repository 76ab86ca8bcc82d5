package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.PositionOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data files that the engine writes on this host, and that are then sent to a bucket, several at once, in parts.
 *
 * <p>What was sent stays on this host for the next reader, as far as there is room.
 */
final class SpooledPlace implements DataFilePlace {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledPlace.class);

    private final Path directory;
    private final String parent;
    private final FileIO io;
    private final DataFileCache cache;
    private final Executor uploads;
    private final List<String> sent = new ArrayList<>();

    /**
     * Creates a place for one append.
     *
     * @param directory of its own, which exists
     * @param parent location of the directory of the table that the files belong to
     */
    SpooledPlace(Path directory, String parent, FileIO io, DataFileCache cache, Executor uploads) {
        this.directory = directory;
        this.parent = parent;
        this.io = io;
        this.cache = cache;
        this.uploads = uploads;
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public String location(Path file) {
        return parent + "/" + file.getFileName();
    }

    @Override
    public void store(List<Path> files) throws IOException {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (Path file : files) {
            sent.add(location(file));
            running.add(CompletableFuture.runAsync(() -> send(file), uploads));
        }
        try {
            // All have ended, whether or not one fails: none may arrive after it was discarded.
            CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
        for (Path file : files) {
            cache.adopt(new StoredFile(location(file), Files.size(file)), file);
        }
    }

    private void send(Path file) {
        try (PositionOutputStream out = io.newOutputFile(location(file)).createOrOverwrite()) {
            Files.copy(file, out);
        } catch (EiderException e) {
            // Some servers have forgotten the upload when they are asked again to end it: the first answer was lost.
            if (!isStored(file)) {
                throw e;
            }
        } catch (UncheckedIOException | IOException e) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED,
                    "PutObject of %s failed: it cannot wait on the server until it is sent, whose disk may be full"
                            .formatted(location(file)),
                    e);
        }
    }

    /** The name is this append's own, and an object comes as a whole or not at all. */
    private boolean isStored(Path file) {
        try {
            return io.newInputFile(location(file)).getLength() == Files.size(file);
        } catch (IOException | RuntimeException e) {
            LOG.debug("A file was not stored, location={}", location(file), e);
            return false;
        }
    }

    @Override
    public void discard() {
        for (String location : sent) {
            try {
                io.deleteFile(location);
            } catch (RuntimeException e) {
                LOG.warn("A file of a refused append is left to the clean-up of orphans, location={}", location, e);
            }
        }
        close();
    }

    @Override
    public void close() {
        try {
            CacheDirectory.remove(directory);
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot remove what was sent to " + parent, e);
        }
    }
}
