package dev.eider.catalog;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file of a SQLite database, which a moved file leaves open: whatever was written then would be missing at the next
 * start. Immutable.
 *
 * @param key device and inode of the file when it was opened, null where the file system has none
 */
record DatabaseFile(Path path, @Nullable Object key) {
    private static final String SQLITE = "jdbc:sqlite:";

    /** Returns the path that a URI names; nothing for a server, or a database in memory. */
    static Optional<Path> path(String uri) {
        int begin = uri.indexOf(SQLITE);
        if (begin < 0) {
            return Optional.empty();
        }
        String name = uri.substring(begin + SQLITE.length()).replaceFirst("\\?.*", "");
        return name.isEmpty() || name.startsWith(":") || name.startsWith("file:")
                ? Optional.empty()
                : Optional.of(Path.of(name).toAbsolutePath());
    }

    /** Creates the file, empty, unless it exists: connections that are opened later must not make another one. */
    static void createIfMissing(Path path) {
        try {
            Path directory = path.getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                    .close();
        } catch (IOException e) {
            throw new EiderException(ErrorCode.CATALOG_FAILED, "Cannot create the catalog database " + path, e);
        }
    }

    /** Remembers which file it is. */
    static DatabaseFile opened(Path path) {
        try {
            return new DatabaseFile(path, key(path));
        } catch (IOException e) {
            throw new EiderException(ErrorCode.CATALOG_FAILED, "Cannot look at the catalog database " + path, e);
        }
    }

    private static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /** Refuses to go on if another file, or none, is where the open one was. */
    void requireInPlace() {
        try {
            if (key == null || key.equals(key(path))) {
                return;
            }
        } catch (IOException e) {
            throw moved(e);
        }
        throw moved(null);
    }

    private EiderException moved(@Nullable IOException cause) {
        return new EiderException(
                ErrorCode.CATALOG_FAILED,
                "The catalog's file %s was moved or replaced while it is open: nothing is changed until it is back"
                        .formatted(path.getFileName()),
                cause);
    }
}
