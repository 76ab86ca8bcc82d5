package dev.eider.warehouse.maintenance;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadata.MetadataLogEntry;
import org.apache.iceberg.io.CloseableIterable;

/** Collects the locations of all files that a table's metadata leads to. Confined to a thread. */
final class ReachableFiles {
    private final TableState table;
    private final Set<String> locations = new HashSet<>();
    private final Set<String> manifestsRead = new HashSet<>();

    private ReachableFiles(TableState table) {
        this.table = table;
    }

    /** Reads every manifest of every snapshot; fails if a single one cannot be read. */
    static Set<String> of(TableState table) {
        ReachableFiles reachable = new ReachableFiles(table);
        reachable.addMetadata(table.metadata());
        table.metadata().snapshots().forEach(reachable::addSnapshot);
        return reachable.locations;
    }

    private void addMetadata(TableMetadata metadata) {
        if (metadata.metadataFileLocation() != null) {
            locations.add(metadata.metadataFileLocation());
        }
        metadata.previousFiles().stream().map(MetadataLogEntry::file).forEach(locations::add);
        metadata.statisticsFiles().stream().map(StatisticsFile::path).forEach(locations::add);
        metadata.partitionStatisticsFiles().stream()
                .map(PartitionStatisticsFile::path)
                .forEach(locations::add);
    }

    private void addSnapshot(Snapshot snapshot) {
        String manifestList = snapshot.manifestListLocation();
        if (manifestList != null) {
            locations.add(manifestList);
        }
        Iterable<ManifestFile> manifests;
        try {
            manifests = snapshot.allManifests(table.io());
        } catch (RuntimeException e) {
            throw unreadable(manifestList == null ? "of snapshot " + snapshot.snapshotId() : manifestList, e);
        }
        for (ManifestFile manifest : manifests) {
            locations.add(manifest.path());
            if (manifestsRead.add(manifest.path())) {
                addFiles(manifest);
            }
        }
    }

    private void addFiles(ManifestFile manifest) {
        try (CloseableIterable<String> files =
                ManifestFiles.readPaths(manifest, table.io(), table.metadata().specsById())) {
            files.forEach(locations::add);
        } catch (IOException | RuntimeException e) {
            throw unreadable(manifest.path(), e);
        }
    }

    private EiderException unreadable(String manifest, Exception cause) {
        return new EiderException(
                ErrorCode.STORAGE_FAILED,
                "Manifest %s of table %s cannot be read, so that no file of the table counts as orphaned"
                        .formatted(manifest, table.identifier()),
                cause);
    }
}
