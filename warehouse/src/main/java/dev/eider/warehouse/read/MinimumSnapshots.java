package dev.eider.warehouse.read;

import dev.eider.catalog.CatalogHistory;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableNames;
import dev.eider.catalog.TableState;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.util.SnapshotUtil;

/** Refuses to read a table at a snapshot that lacks what the caller has to see. Thread-safe. */
final class MinimumSnapshots {
    private final CatalogHistory history;

    MinimumSnapshots(CatalogHistory history) {
        this.history = history;
    }

    /** Checks every pinned table against what the options ask of it. */
    void require(ReadOptions options, Map<BoundQuery.Pin, TableState> pins) {
        if (options.requiresNothing()) {
            return;
        }
        Map<String, Long> minimums = options.minSnapshots().entrySet().stream()
                .collect(Collectors.toMap(entry -> TableNames.folded(entry.getKey()), Map.Entry::getValue, Math::max));
        long tables =
                pins.keySet().stream().map(BoundQuery.Pin::table).distinct().count();
        if (options.minSnapshot().isPresent() && tables != 1) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST,
                    "min-snapshot is one id but the statement reads %d tables: write namespace.table=id for each"
                            .formatted(tables));
        }
        pins.forEach((pin, state) -> {
            Long minimum = minimums.get(TableNames.folded(pin.table()));
            if (minimum != null) {
                require(state, pin, minimum);
            }
            OptionalLong single = options.minSnapshot();
            if (single.isPresent()) {
                require(state, pin, single.getAsLong());
            }
        });
    }

    private void require(TableState state, BoundQuery.Pin pin, long minimum) {
        if (!contains(state, pin.snapshotId(), minimum)) {
            TableIdentifier table = pin.table();
            throw new EiderException(
                    ErrorCode.VERSION_NOT_FOUND,
                    pin.snapshotId() < 0
                            ? "Table %s has no snapshot yet, so it does not contain the required snapshot %d"
                                    .formatted(table, minimum)
                            : "Table %s is at snapshot %d, which does not contain the required snapshot %d: that one was"
                                            .formatted(table, pin.snapshotId(), minimum)
                                    + " rolled back, is newer than the version asked for, or belongs to another table or"
                                    + " branch");
        }
    }

    /** The log of commits knows the main branch, also where snapshots are gone; for others there are parent links. */
    private boolean contains(TableState state, long pinned, long minimum) {
        if (pinned == minimum) {
            return pinned >= 0;
        }
        TableMetadata metadata = state.metadata();
        Snapshot snapshot = metadata.snapshot(pinned);
        if (snapshot == null) {
            return false;
        }
        long upTo = snapshot.sequenceNumber();
        // Version 1 of the format has no sequence numbers, so that the log cannot tell what is older than what.
        boolean ordered = metadata.formatVersion() > 1 || snapshot.equals(metadata.currentSnapshot());
        return (ordered && history.isInHistory(state, pinned, upTo))
                ? history.isInHistory(state, minimum, upTo)
                : SnapshotUtil.isAncestorOf(pinned, minimum, metadata::snapshot);
    }
}
