package dev.eider.warehouse.changes;

import dev.eider.catalog.CatalogHistory;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.LoggedCommit;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.changes.ChangePlan.CommitChanges;
import dev.eider.warehouse.scan.ScanFile;
import dev.eider.warehouse.scan.SnapshotPlanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.exceptions.NotFoundException;

/**
 * Finds out what commits did to the rows of a table. Works from the sequence numbers in the manifests of the last of
 * them, so that snapshots that were thinned in between are not needed, as long as these took no rows away.
 *
 * <p>Exact or an error: what the metadata does not tell any more is never guessed. Thread-safe.
 */
final class ChangePlanner {
    private final CommitChain chains;
    private final SnapshotPlanner planner;

    ChangePlanner(CatalogHistory history, SnapshotPlanner planner) {
        this.chains = new CommitChain(history);
        this.planner = planner;
    }

    /** How the changes of one commit are found. */
    private enum Kind {
        /** All files that carry its number are its insertions. */
        APPEND,
        /** It changed files, but no rows. */
        REWRITE,
        /** It took rows away: what was before is compared with what was after. */
        ROW_CHANGE
    }

    /** Plans a range of commits. */
    ChangePlan plan(TableState state, ChangeRange range) {
        List<LoggedCommit> chain = chains.of(state, range);
        if (chain.isEmpty()) {
            return new ChangePlan(List.of());
        }
        try {
            return new Planning(state, range, chain, new SnapshotFiles(state, planner)).plan();
        } catch (NotFoundException e) {
            EiderException gone = CommitChain.gone(state, "Metadata of its snapshots was removed meanwhile");
            gone.initCause(e);
            throw gone;
        }
    }

    /** The planning of one range. Confined to one thread. */
    private static final class Planning {
        private final TableState state;
        private final ChangeRange range;
        private final List<LoggedCommit> chain;
        private final SnapshotFiles files;
        private final Map<Long, Kind> kinds = new HashMap<>();
        private final Map<Long, List<ScanFile>> appended = new HashMap<>();

        Planning(TableState state, ChangeRange range, List<LoggedCommit> chain, SnapshotFiles files) {
            this.state = state;
            this.range = range;
            this.chain = chain;
            this.files = files;
        }

        ChangePlan plan() {
            chain.forEach(commit -> kinds.put(commit.sequenceNumber(), kind(commit)));
            range.upTo().ifPresent(last -> files.addedAfter(last, range.afterSequenceNumber(), this::take));
            chain.forEach(this::takeRemoved);
            List<CommitChanges> commits = new ArrayList<>();
            for (LoggedCommit commit : chain) {
                switch (kindOf(commit)) {
                    case APPEND -> {
                        List<ScanFile> inserted = appended.getOrDefault(commit.sequenceNumber(), List.of());
                        if (!inserted.isEmpty()) {
                            commits.add(new CommitChanges(commit, inserted, List.of(), List.of()));
                        }
                    }
                    case REWRITE -> {} // the same rows in other files
                    case ROW_CHANGE -> commits.add(difference(commit));
                }
            }
            return new ChangePlan(commits);
        }

        private Kind kindOf(LoggedCommit commit) {
            return kinds.getOrDefault(commit.sequenceNumber(), Kind.APPEND);
        }

        private Kind kind(LoggedCommit commit) {
            Snapshot kept = state.metadata().snapshot(commit.snapshotId());
            if (kept == null) {
                if (commit.removesFiles()) {
                    throw lost(commit);
                }
                return Kind.APPEND;
            }
            if (DataOperations.REPLACE.equals(kept.operation())) {
                return Kind.REWRITE;
            }
            return DataOperations.APPEND.equals(kept.operation()) || !takesRows(kept) ? Kind.APPEND : Kind.ROW_CHANGE;
        }

        private static boolean takesRows(Snapshot snapshot) {
            Map<String, String> summary = snapshot.summary();
            return summary == null
                    || !summary.containsKey(SnapshotSummary.ADDED_FILES_PROP)
                    || summary.containsKey(SnapshotSummary.DELETED_FILES_PROP)
                    || summary.containsKey(SnapshotSummary.ADDED_DELETE_FILES_PROP)
                    || summary.containsKey(SnapshotSummary.REMOVED_DELETE_FILES_PROP);
        }

        private EiderException lost(LoggedCommit commit) {
            LoggedCommit newest = chain.stream()
                    .filter(one -> one.removesFiles() && state.metadata().snapshot(one.snapshotId()) == null)
                    .reduce((first, second) -> second)
                    .orElse(commit);
            return unknowable(newest, "snapshot %d is not kept, and it removed files".formatted(newest.snapshotId()));
        }

        private EiderException unknowable(LoggedCommit commit, String reason) {
            return CommitChain.gone(
                    state,
                    "%s; resume from snapshot %d (%s)".formatted(reason, commit.snapshotId(), commit.committedAt()));
        }

        private void take(ScanFile file, long sequenceNumber) {
            Kind kind = kinds.get(sequenceNumber);
            if (kind == null) {
                throw CommitChain.gone(
                        state,
                        "The file %s belongs to commit number %d, which is not known"
                                .formatted(file.location(), sequenceNumber));
            }
            if (kind == Kind.APPEND) {
                appended.computeIfAbsent(sequenceNumber, any -> new ArrayList<>())
                        .add(file);
            }
        }

        /** Files that were appended in the range and left the table in it: their rows were inserted all the same. */
        private void takeRemoved(LoggedCommit remover) {
            Snapshot snapshot = state.metadata().snapshot(remover.snapshotId());
            if (snapshot == null || !remover.removesFiles()) {
                return;
            }
            for (DataFile file : files.removedBy(snapshot)) {
                long added = SnapshotFiles.number(file);
                if (added > range.afterSequenceNumber() && kinds.get(added) == Kind.APPEND) {
                    requireKeptBetween(added, remover);
                    take(files.scanFile(file), added);
                }
            }
        }

        /** A snapshot that is kept and has a file keeps the file. */
        private void requireKeptBetween(long added, LoggedCommit remover) {
            boolean kept = chain.stream()
                    .filter(commit ->
                            commit.sequenceNumber() >= added && commit.sequenceNumber() < remover.sequenceNumber())
                    .anyMatch(commit -> state.metadata().snapshot(commit.snapshotId()) != null);
            if (!kept) {
                throw unknowable(
                        remover,
                        "snapshot %d removed files of commits that are not kept".formatted(remover.snapshotId()));
            }
        }

        private CommitChanges difference(LoggedCommit commit) {
            Map<String, ScanFile> before = new TreeMap<>();
            if (commit.parentId() >= 0) {
                Snapshot parent = state.metadata().snapshot(commit.parentId());
                if (parent == null) {
                    throw unknowable(
                            commit,
                            "snapshot %d removed rows, and snapshot %d before it is not kept"
                                    .formatted(commit.snapshotId(), commit.parentId()));
                }
                before.putAll(files.live(parent));
            }
            Map<String, ScanFile> after = files.live(state.metadata().snapshot(commit.snapshotId()));
            List<ScanFile> inserted = new ArrayList<>();
            List<ScanFile> left = new ArrayList<>();
            after.forEach((location, file) -> {
                ScanFile earlier = before.get(location);
                if (earlier == null) {
                    inserted.add(file);
                } else if (SnapshotFiles.sameDeletes(earlier, file)) {
                    before.remove(location);
                } else {
                    left.add(file);
                }
            });
            return new CommitChanges(commit, inserted, List.copyOf(before.values()), left);
        }
    }
}
