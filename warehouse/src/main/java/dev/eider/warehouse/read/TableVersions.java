package dev.eider.warehouse.read;

import dev.eider.catalog.CatalogHistory;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;

/** Finds the snapshot that a version means, or says which there are. Thread-safe. */
final class TableVersions {
    private static final int NAMED = 5;

    private final CatalogHistory history;

    TableVersions(CatalogHistory history) {
        this.history = history;
    }

    /**
     * Pins a table. The current state and the heads of branches are read under the current schema, any other under the
     * schema of its time.
     */
    BoundQuery.Pin pin(TableState state, TableVersion version) {
        TableMetadata metadata = state.metadata();
        if (version instanceof TableVersion.Latest) {
            return new BoundQuery.Pin(
                    state.identifier(),
                    metadata.uuid(),
                    metadata.currentSchemaId(),
                    Optional.ofNullable(metadata.currentSnapshot()));
        }
        Snapshot snapshot = metadata.snapshot(snapshotId(state, version));
        Integer schemaId = isBranch(metadata, version) ? null : snapshot.schemaId();
        return new BoundQuery.Pin(
                state.identifier(),
                metadata.uuid(),
                schemaId == null ? metadata.currentSchemaId() : schemaId,
                Optional.of(snapshot));
    }

    private static boolean isBranch(TableMetadata metadata, TableVersion version) {
        return version instanceof TableVersion.AtRef at
                && metadata.refs().containsKey(at.name())
                && metadata.refs().get(at.name()).isBranch();
    }

    private long snapshotId(TableState state, TableVersion version) {
        if (version instanceof TableVersion.AtSnapshot at) {
            return byId(state, at.snapshotId());
        }
        if (version instanceof TableVersion.AtRef at) {
            return byRef(state, at.name());
        }
        if (version instanceof TableVersion.AsOf at) {
            return asOf(state, at.instant());
        }
        throw new IllegalStateException("Not a pinned version: " + version);
    }

    private static long byId(TableState state, long snapshotId) {
        if (state.metadata().snapshot(snapshotId) == null) {
            throw notFound("Table %s has no snapshot %d: %s".formatted(state.identifier(), snapshotId, kept(state)));
        }
        return snapshotId;
    }

    private static long byRef(TableState state, String name) {
        SnapshotRef ref = state.metadata().refs().get(name);
        if (ref != null) {
            return ref.snapshotId();
        }
        if (name.matches("\\d{1,18}")) {
            return byId(state, Long.parseLong(name));
        }
        throw notFound("Table %s has no branch or tag \"%s\": it has %s"
                .formatted(
                        state.identifier(),
                        name,
                        state.metadata().refs().isEmpty()
                                ? "none"
                                : String.join(", ", state.metadata().refs().keySet())));
    }

    /** The table's own log of snapshots is cut wherever one is taken out of the history; the commit log is not. */
    private long asOf(TableState state, Instant instant) {
        return history.asOf(state, instant)
                .orElseThrow(() -> notFound(
                        "Table %s has no snapshot as of %s: %s".formatted(state.identifier(), instant, kept(state))));
    }

    private static String kept(TableState state) {
        List<Snapshot> snapshots = state.metadata().snapshots();
        if (snapshots.isEmpty()) {
            return "it has none";
        }
        String newest = snapshots.subList(Math.max(0, snapshots.size() - NAMED), snapshots.size()).stream()
                .map(TableVersions::describe)
                .collect(Collectors.joining(", "));
        return snapshots.size() <= NAMED
                ? "it has " + newest + (snapshots.size() > 1 ? ", the oldest first" : "")
                : "it has %d, the oldest %s, the newest %s"
                        .formatted(snapshots.size(), describe(snapshots.get(0)), newest);
    }

    private static String describe(Snapshot snapshot) {
        return "%d (%s)".formatted(snapshot.snapshotId(), Instant.ofEpochMilli(snapshot.timestampMillis()));
    }

    private static EiderException notFound(String message) {
        return new EiderException(ErrorCode.VERSION_NOT_FOUND, message);
    }
}
