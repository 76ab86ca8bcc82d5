package dev.eider.warehouse.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes directories that hold no file. Stateless. */
final class EmptyDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(EmptyDirectories.class);

    private EmptyDirectories() {}

    /** Removes a directory and all directories in it, from the deepest up; one that cannot be removed stays. */
    static void remove(Path top) {
        if (!Files.isDirectory(top, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(top)) {
            deepestFirst = paths.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted(Comparator.comparingInt(Path::getNameCount).reversed())
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("Empty directories were left, location={}", top, e);
            return;
        }
        deepestFirst.forEach(EmptyDirectories::removeOne);
    }

    private static void removeOne(Path directory) {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException inUse) {
            LOG.trace("A directory holds files, location={}", directory, inUse);
        } catch (IOException e) {
            LOG.debug("An empty directory was left, location={}", directory, e);
        }
    }
}
