package dev.eider.catalog;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the files of one table that no snapshot refers to once some were taken out of its history, and writes them down
 * to be removed after the grace period. Removes nothing itself. Confined to one thread at a time.
 */
final class Unreachable {
    private static final Logger LOG = LoggerFactory.getLogger(Unreachable.class);

    /** How many snapshots one statement can name, in every database. */
    private static final int MOST_NAMED = 10_000;

    private final CatalogDatabase database;
    private final Clock clock;
    private final UpkeepConfig config;
    /** Manifests of the kept snapshots, which never change. */
    private final Map<Long, Set<String>> manifestsOf = new HashMap<>();

    Unreachable(CatalogDatabase database, Clock clock, UpkeepConfig config) {
        this.database = database;
        this.clock = clock;
        this.config = config;
    }

    /**
     * Writes down what only the removed snapshots referred to, and forgets such commits of old. What fails is left to the
     * clean-up of orphan files.
     */
    synchronized void retire(TableState state, List<Snapshot> removed) {
        try {
            Set<Long> kept = state.metadata().snapshots().stream()
                    .map(Snapshot::snapshotId)
                    .collect(Collectors.toSet());
            Set<String> locations = find(state, removed);
            Instant now = clock.instant();
            database.transact(connection -> {
                for (String location : locations) {
                    RetiredFiles.insert(
                            connection,
                            new RetiredFile(location, state.metadata().uuid(), now, now.plus(config.filesGrace())));
                }
                if (kept.size() <= MOST_NAMED) {
                    CommitLog.forgetCommits(connection, state.metadata().uuid(), forgettable(state, now), kept);
                }
                return locations.size();
            });
        } catch (SQLException | RuntimeException e) {
            LOG.warn("Files of removed snapshots were not written down, table={}", state.identifier(), e);
        }
    }

    /** What was committed since is not among the snapshots of this state. */
    private Instant forgettable(TableState state, Instant now) {
        Instant seen = Instant.ofEpochMilli(state.metadata().lastUpdatedMillis());
        Instant old = now.minus(config.ledgerRetention());
        return old.isBefore(seen) ? old : seen;
    }

    private Set<String> find(TableState state, List<Snapshot> removed) throws SQLException {
        TableMetadata metadata = state.metadata();
        Set<String> kept = new HashSet<>();
        Set<Long> keptIds = new HashSet<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            keptIds.add(snapshot.snapshotId());
            kept.addAll(manifests(snapshot, state.io()));
        }
        Map<String, ManifestFile> gone = new HashMap<>();
        Set<String> locations = new HashSet<>();
        long oldest = Long.MAX_VALUE;
        for (Snapshot snapshot : removed) {
            oldest = Math.min(oldest, snapshot.sequenceNumber());
            locations.add(snapshot.manifestListLocation());
            for (ManifestFile manifest : snapshot.allManifests(state.io())) {
                if (!kept.contains(manifest.path())) {
                    gone.put(manifest.path(), manifest);
                }
            }
        }
        manifestsOf.keySet().retainAll(keptIds);
        locations.addAll(gone.keySet());
        long since = oldest;
        if (!gone.isEmpty() && database.run(connection -> CommitLog.removedFiles(connection, metadata.uuid(), since))) {
            locations.addAll(unreferenced(metadata, gone, state.io()));
        }
        return locations;
    }

    private Set<String> manifests(Snapshot snapshot, FileIO files) {
        return manifestsOf.computeIfAbsent(snapshot.snapshotId(), id -> {
            Set<String> paths = new HashSet<>();
            snapshot.allManifests(files)
                    .forEach(manifest -> paths.add(manifest.path().intern()));
            return paths;
        });
    }

    /** Data and delete files leave a table only by a commit that removes some: appends and merged manifests keep all. */
    private static Set<String> unreferenced(TableMetadata metadata, Map<String, ManifestFile> gone, FileIO files) {
        Set<String> candidates = new HashSet<>();
        for (ManifestFile manifest : gone.values()) {
            try {
                candidates.addAll(live(manifest, metadata, files));
            } catch (NotFoundException e) {
                // Another process has cleaned up the same snapshots already.
                LOG.debug("A manifest of a removed snapshot is gone, location={}", manifest.path(), e);
            }
        }
        Set<String> seen = new HashSet<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            for (ManifestFile manifest : snapshot.allManifests(files)) {
                if (!candidates.isEmpty() && seen.add(manifest.path())) {
                    candidates.removeAll(live(manifest, metadata, files));
                }
            }
        }
        return candidates;
    }

    private static Set<String> live(ManifestFile manifest, TableMetadata metadata, FileIO files) {
        Set<String> paths = new HashSet<>();
        try (ManifestReader<? extends ContentFile<?>> reader = manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, files, metadata.specsById())
                : ManifestFiles.readDeleteManifest(manifest, files, metadata.specsById())) {
            for (ContentFile<?> file : reader) {
                paths.add(file.location());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return paths;
    }
}
