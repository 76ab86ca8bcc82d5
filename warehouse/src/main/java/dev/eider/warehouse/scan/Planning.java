package dev.eider.warehouse.scan;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.storage.AllowedLocations;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;

/** One planning of one snapshot. Used once, by one thread. */
final class Planning {
    private final ManifestCache cache;
    private final AllowedLocations allowed;
    private final TableState state;
    private final FileFilter filter;
    private final ManifestCache.Source source;

    private final List<ScanFile> files = new ArrayList<>();
    private final Set<String> allowedDirectories = new HashSet<>();
    /** By identity: a delete file has no other. */
    private final Set<DeleteFile> deletes = Collections.newSetFromMap(new IdentityHashMap<>());

    private Optional<DeleteIndex> index = Optional.empty();
    private int manifestsPruned;
    private long filesSeen;
    private long prunedByPartition;
    private long prunedByBounds;

    Planning(ManifestCache cache, AllowedLocations allowed, TableState state, FileFilter filter) {
        this.cache = cache;
        this.allowed = allowed;
        this.state = state;
        this.filter = filter;
        this.source = new ManifestCache.Source(state.io(), state.metadata().specsById());
    }

    ScanPlan plan(Snapshot snapshot) {
        ManifestList list = cache.list(snapshot, state.io());
        List<ManifestList.Entry> kept = new ArrayList<>();
        for (ManifestList.Entry entry : list.data()) {
            if (filter.mayMatch(entry.manifest(), spec(entry))) {
                kept.add(entry);
            } else {
                pruned(entry.manifest());
            }
        }
        if (!kept.isEmpty() && !list.deletes().isEmpty()) {
            index = Optional.of(index(list.deletes()));
        }
        cache.forEachData(kept, source, (entry, manifest) -> {
            scan(manifest, spec(entry));
            return true;
        });
        return new ScanPlan(
                files,
                new ScanPlan.Pruning(
                        list.data().size(),
                        manifestsPruned,
                        filesSeen,
                        prunedByPartition,
                        prunedByBounds,
                        deletes.size()));
    }

    private PartitionSpec spec(ManifestList.Entry entry) {
        return source.spec(entry.manifest().partitionSpecId());
    }

    /** Format version 1 may not know the counts. */
    private void pruned(ManifestFile manifest) {
        long count = count(manifest.addedFilesCount()) + count(manifest.existingFilesCount());
        manifestsPruned++;
        filesSeen += count;
        prunedByPartition += count;
    }

    private static long count(@org.jspecify.annotations.Nullable Integer count) {
        return count == null ? 0 : count;
    }

    private DeleteIndex index(List<ManifestList.Entry> entries) {
        DeleteIndex built = new DeleteIndex(source.specs(), EqualityDelete.Fields.of(state.metadata()));
        cache.forEachDeletes(entries, source, (entry, manifest) -> {
            manifest.files().forEach(built::add);
            return true;
        });
        return built;
    }

    private void scan(DataManifest manifest, PartitionSpec spec) {
        boolean[] partitions = filter.partitions(manifest, spec);
        BitSet checked = new BitSet();
        filter.open(manifest);
        filesSeen += manifest.size();
        for (int row = 0; row < manifest.size(); row++) {
            if (!partitions[manifest.partitionOf(row)]) {
                prunedByPartition++;
            } else if (!filter.mayMatch(manifest, row)) {
                prunedByBounds++;
            } else {
                files.add(file(manifest, row, spec, checked));
            }
        }
    }

    private ScanFile file(DataManifest manifest, int row, PartitionSpec spec, BitSet checked) {
        String location = manifest.paths().location(row);
        int directory = manifest.paths().directoryOf(row);
        if (!checked.get(directory)) {
            checked.set(directory);
            requireAllowed(location);
        }
        List<DeleteFile> applicable = index.map(found -> found.of(manifest, row, spec.specId(), location))
                .orElse(List.of());
        for (DeleteFile delete : applicable) {
            if (deletes.add(delete)) {
                requireAllowed(delete.location());
            }
        }
        return manifest.file(row, spec, applicable);
    }

    /** What lies in one directory is allowed or refused together. */
    private void requireAllowed(String location) {
        if (allowedDirectories.add(FilePaths.directoryOf(location))) {
            allowed.check(location);
        }
    }
}
