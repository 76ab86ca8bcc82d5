package dev.eider.warehouse.storage;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The prefixes under which files may be read, written or deleted, whoever wrote the path into metadata, a property or
 * an argument.
 *
 * <p>Symbolic links are resolved, those of directories that do not exist yet as far as they do. Immutable and
 * thread-safe.
 */
public final class AllowedLocations {
    private final List<Path> roots;
    private final List<S3Location> prefixes;

    private AllowedLocations(List<Path> roots, List<S3Location> prefixes) {
        this.roots = roots;
        this.prefixes = prefixes;
    }

    /** Creates the set for a configuration; a local warehouse directory is created if it is missing. */
    public static AllowedLocations of(StorageConfig config) {
        if (!Locations.isS3(config.warehouse())) {
            createWarehouse(Locations.path(config.warehouse()));
        }
        List<String> all = Stream.concat(Stream.of(config.warehouse()), config.allowedLocations().stream())
                .toList();
        return new AllowedLocations(
                all.stream()
                        .filter(location -> !Locations.isS3(location))
                        .map(Locations::path)
                        .map(AllowedLocations::resolved)
                        .toList(),
                all.stream().filter(Locations::isS3).map(S3Location::prefix).toList());
    }

    private static void createWarehouse(Path warehouse) {
        try {
            Files.createDirectories(warehouse);
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot create the warehouse directory " + warehouse, e);
        }
        if (!Files.isWritable(warehouse)) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot write to the warehouse directory " + warehouse);
        }
    }

    /** Returns the directories, for the engine's own sandbox. */
    public List<Path> roots() {
        return roots;
    }

    /** Returns the prefixes of buckets. */
    List<S3Location> prefixes() {
        return prefixes;
    }

    /** Refuses a location that lies elsewhere. */
    public void check(String location) {
        if (Locations.isS3(location)) {
            S3Location place = S3Location.parse(location);
            if (prefixes.stream().noneMatch(place::isBelow)) {
                throw outside(location);
            }
        } else {
            require(location);
        }
    }

    /** Returns the local path of a location, or refuses one that lies elsewhere. */
    public Path require(String location) {
        Path path = Locations.path(location);
        Path resolved = resolved(path);
        if (roots.stream().noneMatch(resolved::startsWith)) {
            throw outside(location);
        }
        return path;
    }

    /** Whoever asked may not know where it is: the location is for the log. */
    static EiderException outside(String location) {
        return new EiderException(
                ErrorCode.FORBIDDEN,
                "A file or directory lies outside the allowed locations",
                new AccessDeniedException(location));
    }

    private static Path resolved(Path path) {
        Path existing = path;
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = parent(existing);
            if (parent == null) {
                return path;
            }
            existing = parent;
        }
        try {
            return existing.toRealPath().resolve(existing.relativize(path)).normalize();
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(existing)) {
                // Whoever writes there makes what it points at, wherever that is.
                throw new EiderException(ErrorCode.FORBIDDEN, "A file or directory is or follows a link to nothing", e);
            }
            return resolved(path);
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot resolve " + path, e);
        }
    }

    private static @Nullable Path parent(Path path) {
        return path.getParent();
    }
}
