package dev.eider.warehouse.read;

import dev.eider.catalog.CatalogHistory;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.LoggedCommit;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.changes.ChangeRange;
import dev.eider.warehouse.changes.TableChanges;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.GatedExpression;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.engine.TableReference;
import dev.eider.warehouse.engine.Wrapping;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;

/**
 * Finds the snapshots between which changes are asked for: by id, name of a branch or tag, or timestamp. The one after
 * which they begin need not be kept. Thread-safe.
 */
final class ChangeBounds {
    private static final Wrapping VERSION =
            new Wrapping("SELECT typeof(v), CAST(CASE WHEN typeof(v) LIKE 'TIMESTAMP%' OR typeof(v) = 'DATE'"
                    + " THEN epoch_ms(TRY_CAST(CAST(v AS VARCHAR) AS TIMESTAMPTZ))::VARCHAR ELSE v::VARCHAR END AS VARCHAR)"
                    + " FROM (VALUES ((%s))) AS versions(v)");

    private final CatalogHistory history;
    private final TableVersions versions;

    ChangeBounds(CatalogHistory history, TableVersions versions) {
        this.history = history;
        this.versions = versions;
    }

    /** Pins the changes that a reference asks for. */
    BoundQuery.Pin pin(EngineConnection connection, TableState state, TableReference.Changes changes) {
        TableVersion from = version(connection, changes.from());
        TableVersion to = changes.to().map(text -> version(connection, text)).orElse(new TableVersion.Latest());
        return pin(state, from, to);
    }

    /** Pins the changes after one version and up to another. */
    BoundQuery.Pin pin(TableState state, TableVersion from, TableVersion to) {
        BoundQuery.Pin pin = versions.pin(state, to);
        if (from instanceof TableVersion.AtSnapshot at && at.snapshotId() == ChangeRange.BEGINNING) {
            return pin.withFacet(new Facet.Changes(ChangeRange.BEGINNING, 0));
        }
        if (from instanceof TableVersion.AtSnapshot at) {
            return pin.withFacet(new Facet.Changes(at.snapshotId(), number(state, at.snapshotId())));
        }
        if (from instanceof TableVersion.AsOf at) {
            Optional<LoggedCommit> head = history.headAt(state, SnapshotRef.MAIN_BRANCH, at.instant());
            return pin.withFacet(head.map(commit -> new Facet.Changes(commit.snapshotId(), commit.sequenceNumber()))
                    .orElse(new Facet.Changes(ChangeRange.BEGINNING, 0)));
        }
        Optional<Snapshot> named = versions.pin(state, from).snapshot();
        return pin.withFacet(named.map(one -> new Facet.Changes(one.snapshotId(), one.sequenceNumber()))
                .orElse(new Facet.Changes(ChangeRange.BEGINNING, 0)));
    }

    /** Pins the changes after a snapshot, or after the head, up to the head of a branch. */
    BoundQuery.Pin pin(TableState state, OptionalLong after, String branch) {
        TableVersion head =
                branch.equals(SnapshotRef.MAIN_BRANCH) ? new TableVersion.Latest() : new TableVersion.AtRef(branch);
        return pin(state, after.isPresent() ? new TableVersion.AtSnapshot(after.getAsLong()) : head, head);
    }

    /** Returns SQL that reads pinned changes in the order of the commits. */
    static String sql(BoundQuery.Pin pin) {
        Facet.Changes changes = (Facet.Changes) pin.facet();
        String name = SqlText.quoteIdentifier(pin.table().namespace().toString()) + "."
                + SqlText.quoteIdentifier(pin.table().name());
        long commits = pin.snapshot().map(Snapshot::sequenceNumber).orElse(0L) - changes.afterSequenceNumber();
        return "SELECT * FROM table_changes(%s, %d, %d)%s"
                .formatted(
                        SqlText.quoteLiteral(name),
                        changes.afterSnapshotId(),
                        pin.snapshotId(),
                        commits > TableChanges.MOST_SCANS ? " ORDER BY _commit_sequence_number, _change_type" : "");
    }

    private long number(TableState state, long snapshotId) {
        Snapshot kept = state.metadata().snapshot(snapshotId);
        if (kept != null) {
            return kept.sequenceNumber();
        }
        return history.commit(state, snapshotId)
                .map(LoggedCommit::sequenceNumber)
                .orElseThrow(() -> new EiderException(
                        ErrorCode.VERSION_NOT_FOUND,
                        "Table %s has no snapshot %d, and its log of commits does not know it%s"
                                .formatted(state.identifier(), snapshotId, oldest(state))));
    }

    private static String oldest(TableState state) {
        return state.metadata().snapshots().stream()
                .min(java.util.Comparator.comparingLong(Snapshot::sequenceNumber))
                .map(snapshot -> "; resume from snapshot %d (%s) at the earliest"
                        .formatted(snapshot.snapshotId(), Instant.ofEpochMilli(snapshot.timestampMillis())))
                .orElse("");
    }

    private static TableVersion version(EngineConnection connection, GatedExpression expression) {
        record Value(String type, String text) {}
        Value value = connection.evaluate(VERSION, expression, row -> {
            String text = row.getString(2);
            return new Value(row.getString(1), text == null ? "" : text);
        });
        if (value.text().isEmpty()) {
            throw new EiderException(ErrorCode.INVALID_SQL, "The version %s is NULL or empty".formatted(expression));
        }
        if (value.type().matches("U?(TINY|SMALL|BIG)INT|U?INTEGER")) {
            return new TableVersion.AtSnapshot(Long.parseLong(value.text()));
        }
        if (value.type().equals("VARCHAR")) {
            return new TableVersion.AtRef(value.text());
        }
        if (value.type().startsWith("TIMESTAMP") || value.type().equals("DATE")) {
            return new TableVersion.AsOf(Instant.ofEpochMilli(Long.parseLong(value.text())));
        }
        throw new EiderException(
                ErrorCode.INVALID_SQL,
                "The version %s is neither a snapshot id nor the name of a branch or tag, nor a timestamp"
                        .formatted(expression));
    }
}
