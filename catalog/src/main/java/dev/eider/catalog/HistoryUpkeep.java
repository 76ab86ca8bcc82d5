package dev.eider.catalog;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.RewriteManifests;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.io.FileIO;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the commits of one table cheap for ever: takes snapshots out of its history by the policy, and merges small
 * manifests. The reading and writing that this needs happens beside the commits; only its result rides along with one.
 *
 * <p>Confined to the table's committer, but for the work that it hands to the executor. Its failures are logged and
 * never fail a commit.
 */
final class HistoryUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryUpkeep.class);
    /** Thinning in larger steps touches fewer commits; smaller ones keep the metadata file smaller. */
    private static final int SNAPSHOTS_BETWEEN = 25;

    private static final Duration TIME_BETWEEN = Duration.ofMinutes(1);

    private final UpkeepConfig config;
    private final Clock clock;
    private final Executor background;
    private final FileIO files;
    private final Unreachable unreachable;
    private final CatalogHistory history;
    private int snapshotsKept;
    private Instant lastThinned = Instant.EPOCH;
    private volatile boolean merging;
    private volatile @Nullable ManifestMerge merge;
    private @Nullable ManifestMerge riding;

    HistoryUpkeep(
            UpkeepConfig config,
            Clock clock,
            Executor background,
            FileIO files,
            Unreachable unreachable,
            CatalogHistory history) {
        this.config = config;
        this.clock = clock;
        this.background = background;
        this.files = files;
        this.unreachable = unreachable;
        this.history = history;
    }

    /**
     * Returns the files that a change lets go, as far as they are known without reading: metadata files, and the manifest
     * lists of removed snapshots, which protect the files that they lead to until these are written down as well.
     */
    List<RetiredFile> retired(TableMetadata before, TableMetadata after, List<Snapshot> removed) {
        List<RetiredFile> retired =
                new ArrayList<>(MetadataFiles.retired(before, after, clock.instant(), config.metadataGrace()));
        if (mayRemoveFiles(after)) {
            Instant now = clock.instant();
            removed.stream()
                    .map(Snapshot::manifestListLocation)
                    .filter(Objects::nonNull)
                    .map(location -> new RetiredFile(location, after.uuid(), now, now.plus(config.filesGrace())))
                    .forEach(retired::add);
        }
        return retired;
    }

    /** Adds what is due to a commit that is being put together. */
    void apply(StagedOperations operations) {
        TableMetadata before = operations.current();
        forgetWhatRodeInDoubt();
        try {
            mergeManifests(operations);
            thin(operations);
        } catch (RuntimeException e) {
            LOG.warn("Upkeep was left out of a commit, table={}", before.location(), e);
            operations.reset(before);
            riding = null;
        }
    }

    /** Nobody told what became of a commit that carried merged manifests: they may be live, so they stay. */
    private void forgetWhatRodeInDoubt() {
        if (riding != null) {
            riding = null;
            merge = null;
            merging = false;
        }
    }

    /** Takes note that the commit that was put together is not in and never will be: what it carried may ride again. */
    void refused() {
        riding = null;
    }

    private void thin(StagedOperations operations) {
        TableMetadata metadata = operations.current();
        Instant now = clock.instant();
        boolean due = metadata.snapshots().size() >= snapshotsKept + SNAPSHOTS_BETWEEN
                || Duration.between(lastThinned, now).compareTo(TIME_BETWEEN) >= 0;
        if (!due || !mayRemoveFiles(metadata)) {
            return;
        }
        lastThinned = now;
        HistoryPolicy policy = HistoryRule.of(metadata, config.history());
        Set<Long> expendable = policy.equals(HistoryPolicy.KEEP)
                ? Set.of()
                : policy.expendable(metadata, now, history.branches(metadata));
        snapshotsKept = metadata.snapshots().size() - expendable.size();
        if (!expendable.isEmpty()) {
            operations.commit(
                    metadata,
                    TableMetadata.buildFrom(metadata)
                            .removeSnapshots(expendable)
                            .build());
        }
    }

    /** Files of a table that shares them with another must stay. */
    private static boolean mayRemoveFiles(TableMetadata metadata) {
        return metadata.propertyAsBoolean(TableProperties.GC_ENABLED, TableProperties.GC_ENABLED_DEFAULT);
    }

    /** Puts a merged manifest in the place of those that it was made of, if all of them are still there. */
    private void mergeManifests(StagedOperations operations) {
        ManifestMerge ready = merge;
        Snapshot current = operations.current().currentSnapshot();
        if (ready == null || current == null) {
            return;
        }
        Set<String> present = new java.util.HashSet<>();
        current.allManifests(files).forEach(manifest -> present.add(manifest.path()));
        if (!ready.replaced().stream().allMatch(manifest -> present.contains(manifest.path()))) {
            merge = null;
            merging = false;
            background.execute(() -> ready.discard(files));
            return;
        }
        RewriteManifests rewrite = new BaseTable(operations, "staged").rewriteManifests();
        ready.replaced().forEach(rewrite::deleteManifest);
        ready.merged().forEach(manifest -> rewrite.addManifest(new UnassignedManifest(manifest)));
        rewrite.commit();
        riding = ready;
    }

    /**
     * Takes note of a commit that is in, and begins the work that it makes due.
     *
     * @param removed the snapshots that it took out of the history, by this upkeep or because a caller wanted so
     */
    void committed(TableState state, List<Snapshot> removed) {
        if (riding != null) {
            riding = null;
            merge = null;
            merging = false;
        }
        if (!removed.isEmpty() && mayRemoveFiles(state.metadata())) {
            background.execute(() -> unreachable.retire(state, removed));
        }
        if (!merging) {
            beginMerge(state);
        }
    }

    private void beginMerge(TableState state) {
        Snapshot current = state.metadata().currentSnapshot();
        try {
            List<ManifestFile> small = current == null ? List.of() : ManifestMerge.choose(current.allManifests(files));
            if (!small.isEmpty()) {
                merging = true;
                background.execute(() -> merge(state, small));
            }
        } catch (RuntimeException e) {
            LOG.warn("Small manifests were not looked for, table={}", state.identifier(), e);
        }
    }

    private void merge(TableState state, List<ManifestFile> small) {
        try {
            merge = ManifestMerge.prepare(state, small);
        } catch (RuntimeException e) {
            merging = false;
            LOG.warn("Small manifests were not merged, table={}", state.identifier(), e);
        }
    }
}
