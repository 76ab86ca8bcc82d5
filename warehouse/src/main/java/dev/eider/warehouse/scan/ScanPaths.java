package dev.eider.warehouse.scan;

import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.storage.HeldFiles;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.ParquetInput;
import dev.eider.warehouse.storage.Storage;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.io.InputFile;

/** Where the files of one scan are read. Confined to one thread. */
final class ScanPaths {
    private final Storage storage;
    private final HeldFiles held;
    private final Map<String, Long> left;
    private final Set<Path> checkedDirectories = new HashSet<>();

    /**
     * Creates the paths of a scan.
     *
     * @param held those of its files that are not of this host
     * @param left the lengths of those that stay in their bucket
     */
    ScanPaths(Storage storage, HeldFiles held, Map<String, Long> left) {
        this.storage = storage;
        this.held = held;
        this.left = left;
    }

    /** Returns where the engine reads a file of the scan, as SQL; one outside the allowed locations is refused. */
    String literal(String location) {
        return path(location)
                .map(ScanPaths::literal)
                .orElseGet(() -> SqlText.quoteLiteral(Locations.canonical(location)));
    }

    /** Returns where the engine reads a file that stays in its bucket, as SQL. */
    static String literalInBucket(String location) {
        return SqlText.quoteLiteral(Locations.canonical(location));
    }

    /** Returns where the engine reads a file of this host, as SQL. */
    static String literal(Path path) {
        return SqlText.quoteLiteral(SqlText.globEscaped(path.toString()));
    }

    /** Returns a file of the scan for reading its footer; one outside the allowed locations is refused. */
    InputFile input(String location) {
        return path(location)
                .map(ParquetInput::of)
                .orElseGet(() -> ParquetInput.of(
                        storage.io().newInputFile(location, Objects.requireNonNull(left.get(location), location))));
    }

    /** Returns where a file is on this host, if it is. */
    private Optional<Path> path(String location) {
        if (Locations.isS3(location)) {
            return held.path(location);
        }
        Path path = Locations.path(location);
        Path directory = path.getParent();
        if (directory == null || checkedDirectories.add(directory)) {
            storage.allowed().require(location);
        }
        return Optional.of(path);
    }
}
