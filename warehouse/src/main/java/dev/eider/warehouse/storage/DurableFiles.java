package dev.eider.warehouse.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Makes files and the directories that lead to them durable, as far as it was told to. Thread-safe.
 *
 * @param sync how
 */
public record DurableFiles(FileSync sync) {

    /** Forces a finished file and its directory entry to the disk. */
    public void sync(Path file) throws IOException {
        sync.file(file);
        Path directory = file.getParent();
        if (directory != null) {
            sync.directory(directory);
        }
    }

    /** Creates a directory with all that lead to it, each entry durable. Does nothing if it exists. */
    public void createDirectories(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (@Nullable Path level = directory; level != null && !Files.isDirectory(level); level = level.getParent()) {
            missing.push(level);
        }
        for (Path level : missing) {
            Files.createDirectories(level);
            Path parent = level.getParent();
            if (parent != null) {
                sync.directory(parent);
            }
        }
    }
}
