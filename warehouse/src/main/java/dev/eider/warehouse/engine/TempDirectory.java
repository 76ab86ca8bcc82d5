package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * The private directory that one engine spills to, readable by this user alone.
 *
 * <p>Confined to whoever opens and closes the engine. Closing removes it with all it holds, and its parent too if that
 * was made here and nothing else has moved in; a parent that was there before stays.
 *
 * @param path the directory itself, absolute
 * @param parent where it was made
 * @param madeParent whether the parent did not exist before
 */
record TempDirectory(Path path, Path parent, boolean madeParent) implements AutoCloseable {

    /** Creates a directory of a new name below {@code parent}, which is created if it is missing. */
    static TempDirectory create(Path parent) {
        try {
            boolean missing = Files.notExists(parent);
            Files.createDirectories(parent);
            Path path = Files.createTempDirectory(
                    parent,
                    "spill-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return new TempDirectory(path.toAbsolutePath(), parent, missing);
        } catch (IOException e) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED, "Cannot create a temporary directory under " + parent, e);
        }
    }

    @Override
    public void close() {
        try {
            removeAll();
            if (madeParent) {
                removeParent();
            }
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot remove " + path, e);
        }
    }

    private void removeAll() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void removeParent() throws IOException {
        try {
            Files.deleteIfExists(parent);
        } catch (DirectoryNotEmptyException shared) {
            return; // another engine, or a person, keeps something there
        }
    }
}
