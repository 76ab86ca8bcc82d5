package dev.eider.warehouse.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the files of one directory to a bucket while they are written: the engine only ever appends to them.
 *
 * <p>On a thread of its own, until {@link #end()}, which whoever began it calls. What goes wrong here is tried again by
 * whoever takes over the uploads: only then is it known which files are whole.
 */
final class GrowingFiles {
    private static final Logger LOG = LoggerFactory.getLogger(GrowingFiles.class);
    /** A part of an upload takes many times as long to be written. */
    private static final long LOOK_MILLIS = 50;

    private final Path directory;
    private final Uploads uploads;
    private final BooleanSupplier hasRoom;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread;
    /** Of {@link #thread}, until that has ended. */
    private final Map<Path, Upload> begun = new HashMap<>();

    private GrowingFiles(Path directory, Uploads uploads, BooleanSupplier hasRoom) {
        this.directory = directory;
        this.uploads = uploads;
        this.hasRoom = hasRoom;
        this.thread = new Thread(this::follow, "eider-growing-files");
        thread.setDaemon(true);
    }

    /** Begins to send a file. */
    @FunctionalInterface
    interface Uploads {
        Upload begin(Path file) throws IOException;
    }

    /**
     * Begins to follow the files of a directory.
     *
     * @param hasRoom whether more may be read: what is not sent yet waits on the same disk a second time
     */
    static GrowingFiles follow(Path directory, Uploads uploads, BooleanSupplier hasRoom) {
        GrowingFiles files = new GrowingFiles(directory, uploads, hasRoom);
        files.thread.start();
        return files;
    }

    /** Returns the uploads, each of which the caller closes; none the second time. */
    Map<Path, Upload> end() {
        ended.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Map<Path, Upload> taken = Map.copyOf(begun);
        begun.clear();
        return taken;
    }

    private void follow() {
        try {
            while (!ended.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("Files are sent when they are whole, directory={}", directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.parquet")) {
            for (Path file : files) {
                Upload upload = begun.get(file);
                if (upload == null && hasRoom.getAsBoolean()) {
                    upload = uploads.begin(file);
                    begun.put(file, upload);
                }
                if (upload != null) {
                    upload.sendNew(() -> ended.getCount() > 0 && hasRoom.getAsBoolean());
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }
}
