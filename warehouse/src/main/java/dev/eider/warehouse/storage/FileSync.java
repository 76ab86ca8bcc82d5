package dev.eider.warehouse.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** How files and directory entries are made to survive a power loss. Implementations are thread-safe. */
public interface FileSync {
    /** Forces every file and directory to the disk before going on. */
    FileSync FULL = new FileSync() {
        @Override
        public void file(Path file) throws IOException {
            force(file, StandardOpenOption.WRITE);
        }

        @Override
        public void directory(Path directory) throws IOException {
            force(directory, StandardOpenOption.READ);
        }
    };

    /** Leaves it to the operating system: fast, and a power loss can take what was acknowledged. */
    FileSync NONE = new FileSync() {
        @Override
        public void file(Path file) {}

        @Override
        public void directory(Path directory) {}
    };

    /** Makes the content of a finished file durable. */
    void file(Path file) throws IOException;

    /** Makes the entries of a directory durable. */
    void directory(Path directory) throws IOException;

    private static void force(Path path, StandardOpenOption access) throws IOException {
        try (FileChannel channel = FileChannel.open(path, access)) {
            channel.force(true);
        }
    }
}
