package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data files that the engine writes on this host, and that are sent to a bucket, several at once, in parts: large ones
 * while they are written, others once they are whole.
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
    private final Staging staging;
    private final Set<String> sent = new LinkedHashSet<>();
    private @Nullable GrowingFiles growing;

    /**
     * Creates a place for one append.
     *
     * @param directory of its own, which exists
     * @param parent location of the directory of the table that the files belong to
     */
    SpooledPlace(Path directory, String parent, FileIO io, DataFileCache cache, Executor uploads, Staging staging) {
        this.directory = directory;
        this.parent = parent;
        this.io = io;
        this.cache = cache;
        this.uploads = uploads;
        this.staging = staging;
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
    public void sendWhileWritten() {
        growing = GrowingFiles.follow(directory, this::begin, staging::hasRoom);
    }

    private Upload begin(Path file) throws IOException {
        return Upload.begin(file, io.newOutputFile(location(file)));
    }

    @Override
    public void store(List<Path> files) throws IOException {
        Map<Path, Upload> begun = new HashMap<>(growing == null ? Map.of() : growing.end());
        List<CompletableFuture<Void>> running = new ArrayList<>();
        try {
            for (Path file : files) {
                sent.add(location(file));
                Upload upload = begun.get(file);
                running.add(CompletableFuture.runAsync(() -> send(file, upload), uploads));
                begun.remove(file);
            }
            ended(running).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            // Whether or not one fails: none may arrive after it was discarded.
            ended(running).exceptionally(any -> null).join();
            giveUp(begun);
        }
        for (Path file : files) {
            cache.adopt(new StoredFile(location(file), Files.size(file)), file);
        }
    }

    private static CompletableFuture<Void> ended(List<CompletableFuture<Void>> running) {
        return CompletableFuture.allOf(running.toArray(CompletableFuture[]::new));
    }

    /** Sends what is not sent yet of a file, and ends its object; anew, if what was begun came to nothing. */
    private void send(Path file, @Nullable Upload begun) {
        if (begun == null || !isFinished(file, begun)) {
            send(file);
        }
    }

    private boolean isFinished(Path file, Upload begun) {
        try (begun) {
            if (!begun.isBroken()) {
                begun.sendNew();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("A file is sent anew, location={}", location(file), e);
            return isStored(file);
        }
        return !begun.isBroken();
    }

    private void send(Path file) {
        try (Upload upload = begin(file)) {
            upload.sendNew();
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
        sent.forEach(this::delete);
        close();
    }

    private void delete(String location) {
        try {
            io.deleteFile(location);
        } catch (RuntimeException e) {
            LOG.warn("A file of a refused append is left to the clean-up of orphans, location={}", location, e);
        }
    }

    private void giveUp(Map<Path, Upload> begun) {
        List<CompletableFuture<Void>> ending = new ArrayList<>();
        begun.forEach((file, upload) -> ending.add(CompletableFuture.runAsync(() -> giveUp(file, upload), uploads)));
        ended(ending).join();
    }

    /** An upload can only be ended: what that leaves is an object to delete. */
    private void giveUp(Path file, Upload upload) {
        try {
            upload.close();
        } catch (IOException | RuntimeException e) {
            LOG.debug("An upload was not ended, location={}", location(file), e);
        }
        delete(location(file));
    }

    @Override
    public void close() {
        try {
            if (growing != null) {
                giveUp(growing.end());
            }
        } finally {
            removeDirectory();
        }
    }

    private void removeDirectory() {
        try {
            CacheDirectory.remove(directory);
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot remove what was sent to " + parent, e);
        }
    }
}
