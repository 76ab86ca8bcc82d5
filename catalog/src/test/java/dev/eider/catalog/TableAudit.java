package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;

/** What is in a table, and what must be true of it whatever happened to its catalog: as a stock client sees it. */
final class TableAudit {
    private final TableMetadata metadata;
    private final FileIO io;
    private final List<String> files;

    private TableAudit(TableMetadata metadata, FileIO io, List<String> files) {
        this.metadata = metadata;
        this.io = io;
        this.files = files;
    }

    /** Reads the current state of a table. */
    static TableAudit of(TestDatabase database, TableIdentifier name) throws IOException {
        return of(database, database.files(), name);
    }

    static TableAudit of(TestDatabase database, FileIO io, TableIdentifier name) throws IOException {
        try (JdbcCatalog stock = database.stock(database.uri(), io)) {
            Table table = stock.loadTable(name);
            TableMetadata metadata = ((BaseTable) table).operations().current();
            return new TableAudit(metadata, io, planned(table));
        }
    }

    static List<String> planned(Table table) {
        List<String> names = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            for (FileScanTask task : tasks) {
                String location = task.file().location();
                names.add(location.substring(location.lastIndexOf('/') + 1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    TableMetadata metadata() {
        return metadata;
    }

    /** Returns the names of the data files on the main branch; one that is in twice is named twice. */
    List<String> files() {
        return files;
    }

    /** Checks that all that the table refers to is there. */
    TableAudit isWhole() {
        for (Snapshot snapshot : metadata.snapshots()) {
            for (ManifestFile manifest : snapshot.allManifests(io)) {
                assertThat(io.newInputFile(manifest.path()).exists()).isTrue();
            }
        }
        return this;
    }

    /** Checks that each snapshot but the first follows another one; not so once the history was thinned. */
    TableAudit isOneLine() {
        assertThat(metadata.snapshots())
                .filteredOn(snapshot -> snapshot.parentId() == null || metadata.snapshot(snapshot.parentId()) == null)
                .hasSizeLessThanOrEqualTo(1);
        return this;
    }

    /** Checks that no file is left of attempts that are not in: every metadata file was current once. */
    void leftNothingElse(KeptFiles kept) {
        Set<String> known = new HashSet<>(Set.of(metadata.metadataFileLocation()));
        metadata.previousFiles().forEach(entry -> known.add(entry.file()));
        for (Snapshot snapshot : metadata.snapshots()) {
            known.add(snapshot.manifestListLocation());
            snapshot.allManifests(io).forEach(manifest -> known.add(manifest.path()));
        }

        assertThat(kept.existing())
                .filteredOn(location -> location.startsWith(metadata.location()))
                .isSubsetOf(known);
        assertThat(kept.deleted()).doesNotContainAnyElementsOf(known);
    }

    /** Checks that the commit log knows the whole history. */
    void isLogged(TableCatalog catalog, TableIdentifier name) {
        TableState state = catalog.load(name);
        for (Snapshot snapshot : metadata.snapshots()) {
            assertThat(catalog.history()
                            .isInHistory(
                                    state,
                                    snapshot.snapshotId(),
                                    state.metadata().lastSequenceNumber()))
                    .isTrue();
        }
    }
}
