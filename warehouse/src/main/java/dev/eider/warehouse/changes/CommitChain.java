package dev.eider.warehouse.changes;

import dev.eider.catalog.CatalogHistory;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.LoggedCommit;
import dev.eider.catalog.TableState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Snapshot;

/** Finds the commits between two snapshots in the commit log, which knows also those that are not kept. Thread-safe. */
final class CommitChain {
    private final CatalogHistory history;

    CommitChain(CatalogHistory history) {
        this.history = history;
    }

    /** Returns every commit of a range in its order, without a gap; a range with one is refused. */
    List<LoggedCommit> of(TableState state, ChangeRange range) {
        if (state.metadata().formatVersion() < 2) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "Table %s has format version 1, whose commits are not numbered: its changes cannot be told"
                            .formatted(state.identifier()));
        }
        Optional<Snapshot> last = range.upTo();
        if (last.isEmpty() || last.get().snapshotId() == range.afterSnapshotId()) {
            return List.of();
        }
        if (range.afterSequenceNumber() >= range.upToSequenceNumber()) {
            throw gone(
                    state,
                    "Snapshot %d is not older than snapshot %d"
                            .formatted(range.afterSnapshotId(), last.get().snapshotId()));
        }
        return walk(state, range, last.get().snapshotId());
    }

    private List<LoggedCommit> walk(TableState state, ChangeRange range, long upTo) {
        Map<Long, LoggedCommit> logged = new HashMap<>();
        history.commits(state, range.afterSequenceNumber(), range.upToSequenceNumber())
                .forEach(commit -> logged.put(commit.snapshotId(), commit));
        long beginning = range.afterSnapshotId() == ChangeRange.BEGINNING ? -1 : range.afterSnapshotId();
        List<LoggedCommit> chain = new ArrayList<>();
        long next = upTo;
        while (next != beginning) {
            LoggedCommit commit = logged.get(next);
            if (commit == null) {
                throw broken(state, range, chain);
            }
            chain.add(commit);
            next = commit.parentId();
        }
        Collections.reverse(chain);
        return chain;
    }

    private EiderException broken(TableState state, ChangeRange range, List<LoggedCommit> found) {
        LoggedCommit oldest = found.get(found.size() - 1);
        boolean beginning = range.afterSnapshotId() == ChangeRange.BEGINNING;
        boolean left = !beginning
                && history.commit(state, oldest.parentId())
                        .filter(parent -> parent.sequenceNumber() <= range.afterSequenceNumber())
                        .isPresent();
        return left
                ? gone(
                        state,
                        "Snapshot %d was rolled back: it is not part of what led to snapshot %d, which follows snapshot %d"
                                .formatted(
                                        range.afterSnapshotId(),
                                        range.upTo().map(Snapshot::snapshotId).orElse(-1L),
                                        oldest.parentId()))
                : gone(
                        state,
                        "%s is older than what is known of the commits; resume from snapshot %d (%s)"
                                .formatted(
                                        beginning ? "The beginning" : "Snapshot " + range.afterSnapshotId(),
                                        oldest.snapshotId(),
                                        oldest.committedAt()));
    }

    static EiderException gone(TableState state, String reason) {
        return new EiderException(
                ErrorCode.VERSION_NOT_FOUND,
                "The changes of table %s cannot be told: %s".formatted(state.identifier(), uncapitalised(reason)));
    }

    private static String uncapitalised(String sentence) {
        return Character.toLowerCase(sentence.charAt(0)) + sentence.substring(1);
    }
}
