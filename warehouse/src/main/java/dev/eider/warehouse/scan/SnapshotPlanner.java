package dev.eider.warehouse.scan;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.storage.AllowedLocations;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.expressions.Expression;

/**
 * Finds the files that a scan of a pinned snapshot has to read, from manifests in memory.
 *
 * <p>Thread-safe.
 */
public final class SnapshotPlanner {
    private final ManifestCache cache;
    private final AllowedLocations allowed;

    /** Creates a planner that refuses files outside of the allowed locations. */
    public SnapshotPlanner(ManifestCache cache, AllowedLocations allowed) {
        this.cache = cache;
        this.allowed = allowed;
    }

    /** Returns what answers from the same manifests without a plan. */
    public SnapshotTotals totals() {
        return new SnapshotTotals(cache, this);
    }

    /**
     * Returns the files that can hold a row that the filter lets through.
     *
     * @param schema that the filter's names are of
     * @param filter unbound; Iceberg's meaning of it
     */
    public ScanPlan plan(TableState state, Optional<Snapshot> snapshot, Schema schema, Expression filter) {
        if (snapshot.isEmpty()) {
            return new ScanPlan(List.of(), new ScanPlan.Pruning(0, 0, 0, 0, 0, 0));
        }
        return reading(state, snapshot.get(), () -> new Planning(cache, allowed, state, new FileFilter(schema, filter))
                .plan(snapshot.get()));
    }

    /** Takes a file, and the sequence number of the commit that added it. */
    @FunctionalInterface
    public interface AddedFiles {
        /** Takes one. */
        void take(ScanFile file, long sequenceNumber);
    }

    /**
     * Gives the live data files of a snapshot that were added after a sequence number, without the deletes that apply to
     * them. Reads only manifests that are newer, as far as they are not known.
     *
     * @throws NotFoundException if metadata of the snapshot is gone
     */
    public void addedAfter(TableState state, Snapshot snapshot, long sequenceNumber, AddedFiles taker) {
        ManifestCache.Source source =
                new ManifestCache.Source(state.io(), state.metadata().specsById());
        List<ManifestList.Entry> newer = cache.list(snapshot, state.io()).data().stream()
                .filter(entry -> entry.manifest().sequenceNumber() > sequenceNumber)
                .toList();
        cache.forEachData(newer, source, (entry, manifest) -> {
            PartitionSpec spec = source.spec(entry.manifest().partitionSpecId());
            for (int row = 0; row < manifest.size(); row++) {
                long number = manifest.additions().get(row);
                if (number > sequenceNumber) {
                    taker.take(manifest.file(row, spec, List.of()), number);
                }
            }
            return true;
        });
    }

    /** Says what it means that a file of a snapshot's metadata is not there. */
    <T> T reading(TableState state, Snapshot snapshot, Supplier<T> work) {
        try {
            return work.get();
        } catch (NotFoundException e) {
            throw new EiderException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "Files of snapshot %d of table %s are gone: it was removed meanwhile, or its storage lost them"
                            .formatted(snapshot.snapshotId(), state.identifier()),
                    e);
        }
    }
}
