package dev.eider.warehouse.maintenance;

import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * One text for all spellings of a location: with or without scheme, through links or not. Remembers directories, so it
 * serves one listing; confined to a thread.
 */
final class CanonicalPaths {
    private final Map<Path, Path> directories = new HashMap<>();

    /** Returns one text for a file, with links resolved in its directory but not in its name. */
    String file(String location) {
        if (!Locations.isLocal(location)) {
            return Locations.canonical(location);
        }
        Path path = Locations.path(location);
        Path parent = path.getParent();
        return (parent == null ? path : directory(parent).resolve(path.getFileName())).toString();
    }

    /** Returns one text for a directory, its last slash included, with every link resolved as far as it exists. */
    String directory(String location) {
        String text = Locations.isLocal(location)
                ? directory(Locations.path(location)).toString()
                : Locations.canonical(location);
        return text.endsWith("/") ? text : text + "/";
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
