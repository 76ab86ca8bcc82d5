package dev.eider.warehouse.maintenance;

import dev.eider.catalog.TableState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;

/** What snapshots lead to that are no longer part of a table's history, but may still be read. Stateless. */
public final class RetiredSnapshots {
    private static final String SNAPSHOT =
            "{\"snapshot-id\": 0, \"sequence-number\": 1, \"timestamp-ms\": 0, \"manifest-list\": \"%s\"}";

    private RetiredSnapshots() {}

    /**
     * Returns the manifests that a manifest list names, and the data and delete files that these name. What has been
     * removed meanwhile is left out: nobody can read it.
     *
     * @param manifestList where the list of the snapshot is
     */
    public static Set<String> files(String manifestList, TableState table) {
        Set<String> files = new HashSet<>();
        for (ManifestFile manifest : manifests(manifestList, table)) {
            files.add(manifest.path());
            try (CloseableIterable<String> paths = ManifestFiles.readPaths(
                    manifest, table.io(), table.metadata().specsById())) {
                paths.forEach(files::add);
            } catch (NotFoundException removed) {
                // Nobody can read what only it led to.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return files;
    }

    private static List<ManifestFile> manifests(String manifestList, TableState table) {
        try {
            String quoted = manifestList.replace("\\", "\\\\").replace("\"", "\\\"");
            return SnapshotParser.fromJson(SNAPSHOT.formatted(quoted)).allManifests(table.io());
        } catch (NotFoundException removed) {
            return List.of();
        }
    }
}
