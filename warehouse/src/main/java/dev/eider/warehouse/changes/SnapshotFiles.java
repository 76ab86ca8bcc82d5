package dev.eider.warehouse.changes;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.scan.ScanFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.io.CloseableIterable;

/** Reads which files snapshots of one table have, got and lost. Confined to one thread. */
final class SnapshotFiles {
    private final TableState state;

    SnapshotFiles(TableState state) {
        this.state = state;
    }

    /** Takes a file, and the number of the commit that added it. */
    @FunctionalInterface
    interface Taker {
        void take(DataFile file, long sequenceNumber);
    }

    /** Gives the live data files of a snapshot that were added after a sequence number. */
    void addedAfter(Snapshot snapshot, long sequenceNumber, Taker taker) {
        for (ManifestFile manifest : snapshot.dataManifests(state.io())) {
            if (manifest.sequenceNumber() > sequenceNumber) {
                read(manifest, sequenceNumber, taker);
            }
        }
    }

    private void read(ManifestFile manifest, long sequenceNumber, Taker taker) {
        try (CloseableIterable<DataFile> files =
                ManifestFiles.read(manifest, state.io(), state.metadata().specsById())) {
            for (DataFile file : files) {
                long number = number(file);
                if (number > sequenceNumber) {
                    taker.take(file, number);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the number of the commit that added a file, 0 if that had none. */
    static long number(DataFile file) {
        Long number = file.fileSequenceNumber();
        return number == null ? 0 : number;
    }

    Iterable<DataFile> removedBy(Snapshot snapshot) {
        return SnapshotChanges.builderFor(state.table())
                .snapshot(snapshot)
                .build()
                .removedDataFiles();
    }

    /** Returns all data files of a snapshot with the deletes that apply to them, by their locations. */
    Map<String, ScanFile> live(Snapshot snapshot) {
        Map<String, ScanFile> files = new TreeMap<>();
        try (CloseableIterable<FileScanTask> tasks =
                state.table().newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
            tasks.forEach(task -> files.put(task.file().location(), scanFile(task.file(), task.deletes())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    static ScanFile scanFile(DataFile file, List<DeleteFile> deletes) {
        Long sequenceNumber = file.dataSequenceNumber();
        Long firstRowId = file.firstRowId();
        return new ScanFile(
                file.location(),
                file.format(),
                file.recordCount(),
                file.fileSizeInBytes(),
                file.specId(),
                file.partition(),
                sequenceNumber == null ? 0 : sequenceNumber,
                firstRowId == null ? -1 : firstRowId,
                deletes);
    }

    /** Returns whether the same deletes apply to a file. */
    static boolean sameDeletes(ScanFile one, ScanFile other) {
        return deletes(one).equals(deletes(other));
    }

    /** Several deletion vectors share one file. */
    private static Set<String> deletes(ScanFile file) {
        Set<String> deletes = new HashSet<>();
        file.deletes().forEach(delete -> deletes.add(delete.location() + "@" + delete.contentOffset()));
        return deletes;
    }
}
