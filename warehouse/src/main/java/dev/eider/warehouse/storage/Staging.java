package dev.eider.warehouse.storage;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Where parts of uploads wait until they are sent. Immutable, thread-safe.
 *
 * @param directory of all uploads
 * @param partBytes size of a part that is complete
 */
record Staging(Path directory, long partBytes) {
    private static final int MOST_PARTS = 16;

    /** Returns whether few parts wait, so that files that are not whole yet may add some. */
    boolean hasRoom() {
        int parts = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, Files::isRegularFile)) {
            for (Path file : files) {
                parts += isComplete(file) ? 1 : 0;
            }
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
        return parts < MOST_PARTS;
    }

    private boolean isComplete(Path file) throws IOException {
        try {
            return Files.size(file) >= partBytes;
        } catch (NoSuchFileException sent) {
            return false;
        }
    }
}
