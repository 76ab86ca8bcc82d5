package dev.eider.warehouse.storage;

import dev.eider.catalog.SyncsTogether;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.io.BulkDeletionFailureException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;

/**
 * Iceberg's files on a local disk, without Hadoop: what is closed is durable, and nothing outside the allowed locations
 * is touched.
 *
 * <p>Thread-safe. Lives in this process only: serializing it is refused.
 */
public final class LocalFileIO implements DelegateFileIO, SyncsTogether {
    private static final long serialVersionUID = 1L;

    private final transient AllowedLocations allowed;
    private final transient DurableFiles durable;

    /** Creates one that is bounded by {@code allowed}. */
    public LocalFileIO(AllowedLocations allowed) {
        this(allowed, FileSync.FULL);
    }

    /** Creates one that is as durable as {@code sync} makes it. */
    public LocalFileIO(AllowedLocations allowed, FileSync sync) {
        this.allowed = allowed;
        this.durable = new DurableFiles(sync);
    }

    @Override
    public InputFile newInputFile(String location) {
        return new LocalInputFile(location, allowed.require(location));
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new LocalOutputFile(location, allowed.require(location), durable, true);
    }

    @Override
    public OutputFile newUnsyncedOutputFile(String location) {
        return new LocalOutputFile(location, allowed.require(location), durable, false);
    }

    @Override
    public void sync(Collection<String> locations) {
        List<Path> paths = locations.stream().map(allowed::require).toList();
        try {
            // The disk gathers what several threads ask for at once.
            paths.parallelStream().forEach(this::syncFile);
            for (Path directory : directories(paths)) {
                durable.sync().directory(directory);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new RuntimeIOException(
                    e instanceof UncheckedIOException unchecked ? unchecked.getCause() : (IOException) e,
                    "Cannot sync %s",
                    locations);
        }
    }

    private void syncFile(Path path) {
        try {
            durable.sync().file(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<Path> directories(List<Path> paths) {
        Set<Path> directories = new HashSet<>();
        for (Path path : paths) {
            Path directory = path.getParent();
            if (directory != null) {
                directories.add(directory);
            }
        }
        return directories;
    }

    @Override
    public void deleteFile(String location) {
        try {
            Files.delete(allowed.require(location));
        } catch (NoSuchFileException e) {
            throw new NotFoundException(e, "File does not exist: %s", location);
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot delete %s", location);
        }
    }

    @Override
    public void deleteFiles(Iterable<String> locations) throws BulkDeletionFailureException {
        int failed = 0;
        for (String location : locations) {
            try {
                Files.deleteIfExists(allowed.require(location));
            } catch (IOException e) {
                failed++;
            }
        }
        if (failed > 0) {
            throw new BulkDeletionFailureException(failed);
        }
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        Path directory = allowed.require(prefix);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<FileInfo> files = new ArrayList<>();
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile()) {
                        files.add(describe(file, attributes));
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (failure instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE; // deleted while the directory was being read
                    }
                    throw failure;
                }
            });
        } catch (IOException e) {
            throw new RuntimeIOException(e, "Cannot list %s", prefix);
        }
        return files;
    }

    private static FileInfo describe(Path file, BasicFileAttributes attributes) {
        return new FileInfo(
                Locations.ofPath(file),
                attributes.size(),
                attributes.lastModifiedTime().toMillis());
    }

    @Override
    public void deletePrefix(String prefix) {
        for (FileInfo file : listPrefix(prefix)) {
            deleteFile(file.location());
        }
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        throw new NotSerializableException(LocalFileIO.class.getName());
    }
}
