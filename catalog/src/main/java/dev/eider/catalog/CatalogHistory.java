package dev.eider.catalog;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;

/**
 * Answers what was current when, and who is an ancestor of whom, from the commit log: parent links in table metadata
 * break when snapshots are taken out of the history. Thread-safe.
 */
public final class CatalogHistory {
    private static final int MOST_KNOWN = 1_000;
    private static final int AT_ONCE = 50;
    private static final int SNAPSHOTS_AT_ONCE = 500;

    private final CatalogDatabase database;
    private final Pointers pointers;
    /** Metadata files whose branches are in the log. */
    private final Set<String> known =
            Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<String, Boolean>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > MOST_KNOWN;
                }
            }));

    CatalogHistory(CatalogDatabase database, Pointers pointers) {
        this.database = database;
        this.pointers = pointers;
    }

    /** Takes note that the log is complete for a metadata file. */
    void known(String metadataLocation) {
        known.add(metadataLocation);
    }

    /** Writes down what other clients did to a table, unless that is done already, or the table is another by now. */
    void observe(TableState state) {
        String location = state.metadata().metadataFileLocation();
        if (known.contains(location)) {
            return;
        }
        try {
            if (!database.run(connection -> CommitLog.isComplete(connection, state.metadata()))) {
                pointers.whileCurrent(
                        state.identifier(), location, connection -> CommitLog.observe(connection, state.metadata()));
            }
            known.add(location);
        } catch (SQLException e) {
            throw CatalogDatabase.failed("write the log of", e);
        }
    }

    /**
     * Returns whether a snapshot is part of the history of the main branch up to another one, be it kept or not.
     *
     * @param upTo the sequence number of the newest snapshot that counts
     */
    public boolean isInHistory(TableState state, long snapshotId, long upTo) {
        observe(state);
        return database.read(connection ->
                CommitLog.isInHistory(connection, state.metadata().uuid(), SnapshotRef.MAIN_BRANCH, snapshotId, upTo));
    }

    /** Returns whether an append that was in a branch is not part of its history any more. */
    public boolean isRolledBack(TableState state, String branch, LedgerEntry entry) {
        observe(state);
        return entry.snapshotId() >= 0
                && database
                        .read(connection -> CommitLog.presences(
                                connection, state.metadata().uuid(), branch, List.of(entry.snapshotId())))
                        .stream()
                        .noneMatch(presence -> presence.until().equals(Instant.MAX));
    }

    /**
     * Returns what was committed to a table after one sequence number and up to another, in the order of commits, as far
     * back as the log goes. Snapshots that a branch was set back behind are there too; one that is part of several
     * branches is there for each.
     */
    public List<LoggedCommit> commits(TableState state, long afterSequenceNumber, long upToSequenceNumber) {
        observe(state);
        return database.read(connection ->
                CommitLog.commits(connection, state.metadata().uuid(), afterSequenceNumber, upToSequenceNumber));
    }

    /** Returns what the log knows of one snapshot. */
    public Optional<LoggedCommit> commit(TableState state, long snapshotId) {
        observe(state);
        return database
                .read(connection ->
                        CommitLog.commit(connection, state.metadata().uuid(), snapshotId))
                .stream()
                .findFirst();
    }

    /** Returns the head that a branch had at an instant, be it kept or not, as far back as the log goes. */
    public Optional<LoggedCommit> headAt(TableState state, String branch, Instant instant) {
        observe(state);
        return database
                .read(connection ->
                        CommitLog.headAt(connection, state.metadata().uuid(), branch, instant))
                .stream()
                .findFirst();
    }

    /**
     * Returns the branches whose history each kept snapshot is part of, {@link HistoryPolicy#DETACHED} for one that was left.
     * Without an entry are those that no branch is known to have had: staged ones, and the changes of others that were not
     * seen yet.
     */
    Map<Long, Set<String>> branches(TableMetadata metadata) {
        List<Long> kept =
                metadata.snapshots().stream().map(Snapshot::snapshotId).toList();
        Map<Long, Set<String>> branches = new HashMap<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            // Only heads of branches carry a mark: the log may be another one by now.
            if (snapshot.summary() != null && snapshot.summary().containsKey(CommitId.SUMMARY_PROPERTY)) {
                branches.put(snapshot.snapshotId(), new HashSet<>());
            }
        }
        for (int begin = 0; begin < kept.size(); begin += SNAPSHOTS_AT_ONCE) {
            List<Long> some = kept.subList(begin, Math.min(begin + SNAPSHOTS_AT_ONCE, kept.size()));
            database.read(connection -> CommitLog.branches(connection, metadata.uuid(), some))
                    .forEach(on -> branches.computeIfAbsent(on.snapshotId(), id -> new HashSet<>())
                            .add(on.branch()));
        }
        return branches;
    }

    /** Returns the newest kept snapshot of the main branch that is not later than an instant, as it was then. */
    public OptionalLong asOf(TableState state, Instant instant) {
        observe(state);
        List<Snapshot> candidates = new ArrayList<>(state.metadata().snapshots());
        candidates.removeIf(snapshot -> snapshot.timestampMillis() > instant.toEpochMilli());
        candidates.sort(Comparator.comparingLong(Snapshot::timestampMillis)
                .thenComparingLong(Snapshot::sequenceNumber)
                .reversed());
        for (int begin = 0; begin < candidates.size(); begin += AT_ONCE) {
            List<Long> some = candidates.subList(begin, Math.min(begin + AT_ONCE, candidates.size())).stream()
                    .map(Snapshot::snapshotId)
                    .toList();
            Optional<Long> found = database
                    .read(connection ->
                            CommitLog.presences(connection, state.metadata().uuid(), SnapshotRef.MAIN_BRANCH, some))
                    .stream()
                    .filter(presence -> presence.covers(instant))
                    .map(CommitLog.Presence::snapshotId)
                    .findFirst();
            if (found.isPresent()) {
                return OptionalLong.of(found.get());
            }
        }
        return OptionalLong.empty();
    }
}
