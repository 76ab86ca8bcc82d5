package dev.eider.warehouse.changes;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.scan.IdentityColumns;
import dev.eider.warehouse.scan.ScanFile;
import dev.eider.warehouse.scan.SnapshotPlanner;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.expressions.Expressions;

/** Reads which files snapshots of one table have, got and lost. Confined to one thread. */
final class SnapshotFiles {
    private final TableState state;
    private final SnapshotPlanner planner;

    SnapshotFiles(TableState state, SnapshotPlanner planner) {
        this.state = state;
        this.planner = planner;
    }

    /** Gives the live data files of a snapshot that were added after a sequence number. */
    void addedAfter(Snapshot snapshot, long sequenceNumber, SnapshotPlanner.AddedFiles taker) {
        planner.addedAfter(state, snapshot, sequenceNumber, taker);
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
        planner.plan(state, Optional.of(snapshot), state.metadata().schema(), Expressions.alwaysTrue())
                .files()
                .forEach(file -> files.put(file.location(), file));
        return files;
    }

    /** Returns a file without the deletes that apply to it. */
    ScanFile scanFile(DataFile file) {
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
                IdentityColumns.uncounted(state.metadata().spec(file.specId()), file),
                List.of());
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
