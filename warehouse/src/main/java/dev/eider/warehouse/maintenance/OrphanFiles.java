package dev.eider.warehouse.maintenance;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.maintenance.OrphanListing.OrphanFile;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.UnfinishedUploads;
import dev.eider.warehouse.storage.UnfinishedUploads.Upload;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.DelegateFileIO;
import org.apache.iceberg.io.FileInfo;

/**
 * Finds the files under a table's locations that nothing refers to, such as a killed writer leaves behind, and removes
 * them on request.
 *
 * <p>Thread-safe, and safe beside writers: files are listed before the table is loaded, so that whatever was committed
 * meanwhile counts as referenced, and neither young files nor those of writes that are still running, on whichever
 * gateway, ever count. Doubt of any kind is an error and removes nothing: a
 * manifest that cannot be read, another table in the same place, a table that was replaced meanwhile.
 */
public final class OrphanFiles {
    /** The least age that a caller may ask for; appends have to be done with a file by then. */
    public static final Duration LEAST_AGE = Duration.ofHours(1);

    /** Clocks of gateways and of storage differ. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    private static final String VERSION_HINT = "version-hint.text";
    /** Directories that a property names may hold anything; files of these kinds only are taken for a table's. */
    private static final List<String> TABLE_FORMATS =
            List.of(".parquet", ".avro", ".orc", ".puffin", ".stats", ".metadata.json");

    private final TableOwnership ownership;
    private final DelegateFileIO io;
    private final UnfinishedUploads uploads;
    private final Clock clock;
    private final Duration leastAge;

    /**
     * Creates one.
     *
     * @param io lists and deletes; refuses what lies outside the allowed locations
     * @param uploads what was begun below a location and never became a file
     * @param leastAge requests for younger files are refused
     */
    public OrphanFiles(
            TableOwnership ownership, DelegateFileIO io, UnfinishedUploads uploads, Clock clock, Duration leastAge) {
        this.ownership = ownership;
        this.io = io;
        this.uploads = uploads;
        this.clock = clock;
        this.leastAge = leastAge;
    }

    /** Returns every directory in which a table keeps files: its location first, then those that its properties name. */
    public static List<String> locations(TableMetadata metadata) {
        Stream<String> named = Stream.of(
                        TableProperties.WRITE_DATA_LOCATION,
                        TableProperties.WRITE_METADATA_LOCATION,
                        "write.object-storage.path",
                        "write.folder-storage.path")
                .map(metadata.properties()::get)
                .filter(Objects::nonNull);
        return Stream.concat(Stream.of(metadata.location()), named).distinct().toList();
    }

    /** Lists the orphans of a table, and deletes them if the request says so. */
    public OrphanListing find(TableIdentifier name, OrphanRequest request) {
        if (request.olderThan().compareTo(leastAge) < 0) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "Files younger than %d s may belong to a commit that is under way, so %d s is too short an age"
                            .formatted(leastAge.toSeconds(), request.olderThan().toSeconds()));
        }
        CanonicalPaths paths = new CanonicalPaths();
        TableState before = ownership.load(name);
        requireAlone(before, paths);
        // A write that this does not tell of is committed before the table is loaded, or never.
        Optional<Instant> writing = ownership.writesSince(before).map(since -> since.minus(CLOCK_TOLERANCE));
        List<FileInfo> listed = list(before.metadata(), paths);
        // The order matters: list, load, ask what is retained. A file moves from the metadata to the retained ones in
        // one transaction, and is seen in one of both.
        TableState table = ownership.load(name);
        if (!Objects.equals(table.metadata().uuid(), before.metadata().uuid())) {
            throw new EiderException(
                    ErrorCode.COMMIT_CONFLICT, "Table %s was replaced by another meanwhile".formatted(name));
        }
        requireAlone(table, paths);
        Set<String> referenced = new HashSet<>();
        ReachableFiles.of(table).forEach(location -> referenced.add(paths.file(location)));
        ownership.retained(table).forEach(location -> referenced.add(paths.file(location)));
        Stream<OrphanFile> unreferenced = listed.stream()
                .filter(file -> !referenced.contains(paths.file(file.location())))
                .map(file ->
                        new OrphanFile(file.location(), file.size(), age(file.createdAtMillis()), Optional.empty()));
        List<OrphanFile> orphans = Stream.concat(unreferenced, unfinished(table.metadata()))
                .filter(file -> file.age().compareTo(request.olderThan()) >= 0)
                .filter(file -> writing.isEmpty()
                        || file.age().compareTo(age(writing.get().toEpochMilli())) > 0)
                .sorted(Comparator.comparing(OrphanFile::location))
                .toList();
        List<String> failures = request.remove() ? remove(orphans) : List.of();
        return new OrphanListing(table.identifier(), orphans, request.remove(), failures);
    }

    /** Whoever finished such an upload would write a file that nothing refers to. */
    private Stream<OrphanFile> unfinished(TableMetadata metadata) {
        return uploads.below(metadata.location()).stream()
                .map(upload -> new OrphanFile(
                        upload.location(), 0, age(upload.begun().toEpochMilli()), Optional.of(upload.id())));
    }

    private Duration age(long createdAtMillis) {
        return Duration.ofMillis(clock.millis() - createdAtMillis);
    }

    private void requireAlone(TableState table, CanonicalPaths paths) {
        List<String> others = ownership.otherTableLocations(table).stream()
                .filter(OrphanFiles::isKnown)
                .toList();
        for (String own : locations(table.metadata())) {
            String directory = paths.directory(own);
            for (String other : others) {
                String theirs = paths.directory(other);
                if (theirs.startsWith(directory) || directory.startsWith(theirs)) {
                    throw new EiderException(
                            ErrorCode.FORBIDDEN,
                            "Table %s keeps files in %s, which is not its own: another table keeps files in %s"
                                    .formatted(table.identifier(), own, other));
                }
            }
        }
    }

    /** Tables of other catalogs in the same database may be anywhere. */
    private static boolean isKnown(String location) {
        return Locations.isLocal(location) || Locations.isS3(location);
    }

    private List<FileInfo> list(TableMetadata metadata, CanonicalPaths paths) {
        String home = paths.directory(metadata.location());
        Set<String> seen = new HashSet<>();
        List<FileInfo> files = new ArrayList<>();
        for (String location : locations(metadata)) {
            for (FileInfo file : io.listPrefix(location)) {
                String path = paths.file(file.location());
                if (isCandidate(path, home) && seen.add(path)) {
                    files.add(file);
                }
            }
        }
        return files;
    }

    private static boolean isCandidate(String file, String home) {
        String name = file.substring(file.lastIndexOf('/') + 1);
        return !name.equals(VERSION_HINT)
                && (file.startsWith(home) || TABLE_FORMATS.stream().anyMatch(name::endsWith));
    }

    private void remove(OrphanFile orphan) {
        if (orphan.upload().isPresent()) {
            uploads.abort(new Upload(orphan.location(), orphan.upload().get(), clock.instant()));
        } else {
            io.deleteFile(orphan.location());
        }
    }

    private List<String> remove(List<OrphanFile> orphans) {
        List<String> failures = new ArrayList<>();
        for (OrphanFile orphan : orphans) {
            try {
                remove(orphan);
            } catch (NotFoundException gone) {
                // Which is what was wanted.
            } catch (RuntimeException e) {
                failures.add(orphan.location());
            }
        }
        return failures;
    }
}
