package dev.eider.warehouse.read;

import dev.eider.catalog.ReadLeases;
import dev.eider.catalog.ReadLeases.Hold;
import java.util.List;
import org.apache.iceberg.Snapshot;

/** Keeps the files of all snapshots that a running query reads, until it is closed. Thread-safe. */
final class HeldSnapshots implements AutoCloseable {
    private final List<Hold> holds;

    private HeldSnapshots(List<Hold> holds) {
        this.holds = holds;
    }

    /** Returns without writing anything, unless the query was bound long ago. */
    static HeldSnapshots of(BoundQuery query, ReadLeases leases) {
        return new HeldSnapshots(query.pins().stream()
                .flatMap(pin -> pin.snapshot().map(Snapshot::snapshotId).stream()
                        .map(snapshotId -> leases.hold(pin.tableUuid(), snapshotId, query.bound())))
                .toList());
    }

    @Override
    public void close() {
        holds.forEach(Hold::close);
    }
}
