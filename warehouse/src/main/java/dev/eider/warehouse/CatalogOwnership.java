package dev.eider.warehouse;

import dev.eider.catalog.Registration;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.maintenance.OrphanFiles;
import dev.eider.warehouse.maintenance.RetiredSnapshots;
import dev.eider.warehouse.maintenance.TableOwnership;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.FileIO;

/**
 * What the catalog database knows of the files of tables, also of those that other catalogs keep in it. Thread-safe.
 *
 * @param files reads the metadata of tables
 */
record CatalogOwnership(TableCatalog catalog, FileIO files) implements TableOwnership {

    private static final Pattern MANIFEST_LIST = Pattern.compile(".*/snap-[^/]*\\.avro");

    @Override
    public TableState load(TableIdentifier table) {
        return catalog.load(table);
    }

    @Override
    public Optional<Instant> writesSince(TableState table) {
        return catalog.writes().runningSince(table.metadata().uuid());
    }

    /**
     * Manifest lists are retired in the transaction that removes their snapshots, and what only they lead to somewhat later:
     * until then they stand for it.
     */
    @Override
    public Set<String> retained(TableState table) {
        Set<String> retained = new HashSet<>();
        for (String location : catalog.retiredFiles(table.metadata().uuid())) {
            retained.add(location);
            if (MANIFEST_LIST.matcher(location).matches()) {
                retained.addAll(RetiredSnapshots.files(location, table));
            }
        }
        return retained;
    }

    @Override
    public List<String> otherTableLocations(TableState table) {
        return catalog.registrations().stream()
                .filter(other -> !(other.catalogName().equals(catalog.name())
                        && other.name().equals(table.identifier())))
                .flatMap(this::locations)
                .toList();
    }

    /** A view, or a table that cannot be read from here, is at least where its metadata file is. */
    private Stream<String> locations(Registration other) {
        String file = other.metadataLocation();
        String directory = file.substring(0, Math.max(0, file.lastIndexOf('/')));
        String around = directory.endsWith("/metadata")
                ? directory.substring(0, directory.length() - "/metadata".length())
                : directory;
        try {
            return Stream.concat(
                    Stream.of(around), OrphanFiles.locations(TableMetadataParser.read(files, file)).stream());
        } catch (RuntimeException unreadable) {
            return Stream.of(around);
        }
    }
}
