package dev.eider.warehouse.maintenance;

import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * One path for all spellings of a location: with or without scheme, through links or not. Remembers directories, so it
 * serves one listing; confined to a thread.
 */
final class CanonicalPaths {
    private final Map<Path, Path> directories = new HashMap<>();

    /** Returns the path of a file, with links resolved in its directory but not in its name. */
    Path file(String location) {
        Path path = Locations.path(location);
        Path parent = path.getParent();
        return parent == null ? path : directory(parent).resolve(path.getFileName());
    }

    /** Returns the path of a directory with every link resolved, as far as it exists. */
    Path directory(String location) {
        return directory(Locations.path(location));
    }

    private Path directory(Path path) {
        Path known = directories.get(path);
        if (known == null) {
            known = resolved(path);
            directories.put(path, known);
        }
        return known;
    }

    private Path resolved(Path path) {
        Path parent = path.getParent();
        try {
            if (Files.exists(path) || parent == null) {
                return path.toRealPath();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory(parent).resolve(path.getFileName());
    }
}
