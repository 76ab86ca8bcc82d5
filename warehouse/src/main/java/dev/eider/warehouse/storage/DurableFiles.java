package dev.eider.warehouse.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Makes files and directory entries survive a power loss. Stateless. */
public final class DurableFiles {
    private DurableFiles() {}

    /** Forces a finished file and its directory entry to the disk. */
    public static void sync(Path file) throws IOException {
        force(file, StandardOpenOption.WRITE);
        Path directory = file.getParent();
        if (directory != null) {
            force(directory, StandardOpenOption.READ);
        }
    }

    /** Creates a directory with all that lead to it, each entry durable. Does nothing if it exists. */
    public static void createDirectories(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (@Nullable Path level = directory; level != null && !Files.isDirectory(level); level = level.getParent()) {
            missing.push(level);
        }
        for (Path level : missing) {
            Files.createDirectories(level);
            Path parent = level.getParent();
            if (parent != null) {
                force(parent, StandardOpenOption.READ);
            }
        }
    }

    private static void force(Path path, StandardOpenOption access) throws IOException {
        try (FileChannel channel = FileChannel.open(path, access)) {
            channel.force(true);
        }
    }
}
