package dev.eider.catalog;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadata.MetadataLogEntry;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Retires the files of tables that were dropped through this catalog, once the grace period of files is over, and forgets
 * their commits. Removes nothing itself.
 *
 * <p>Files stay where a doubt is left whose they are: a table that Eider did not create, unless the drop said purge; one
 * whose {@code gc.enabled} is false; one with a registered table at its location; and files outside that location.
 * Thread-safe.
 */
final class DroppedTables {
    private static final Logger LOG = LoggerFactory.getLogger(DroppedTables.class);
    private static final int TABLES_AT_ONCE = 100;
    private static final int FILES_AT_ONCE = 1_000;
    private static final Duration NEXT_TRY = Duration.ofHours(1);

    private final CatalogDatabase database;
    private final Pointers pointers;
    private final UpkeepConfig config;
    private final Clock clock;
    private final FileIO files;

    DroppedTables(CatalogDatabase database, Pointers pointers, UpkeepConfig config, Clock clock, FileIO files) {
        this.database = database;
        this.pointers = pointers;
        this.config = config;
        this.clock = clock;
        this.files = files;
    }

    /**
     * A table that was dropped.
     *
     * @param metadataLocation its last metadata file
     * @param purge whether the caller wants its files removed, whoever created it
     */
    record Dropped(String metadataLocation, Instant dropped, boolean purge) {}

    static void insert(Connection connection, Dropped dropped) throws SQLException {
        SqlRows.update(
                connection,
                "INSERT INTO eider_dropped (metadata_location, dropped_at, next_try, purge) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT DO NOTHING",
                dropped.metadataLocation(),
                dropped.dropped().toEpochMilli(),
                dropped.dropped().toEpochMilli(),
                dropped.purge() ? 1 : 0);
    }

    /** Retires what is due; what fails is tried again later. */
    synchronized void retire() {
        if (!config.removeDropped()) {
            return;
        }
        try {
            retireDue(clock.instant());
        } catch (SQLException | RuntimeException e) {
            LOG.warn("Dropped tables were not looked for, the next round tries again: {}", e.getMessage());
            LOG.debug("Dropped tables were not looked for", e);
        }
    }

    private void retireDue(Instant now) throws SQLException {
        long before = now.minus(config.filesGrace()).toEpochMilli();
        List<Dropped> due = database.run(connection -> SqlRows.select(
                connection,
                row -> new Dropped(row.getString(1), Instant.ofEpochMilli(row.getLong(2)), row.getInt(3) != 0),
                "SELECT metadata_location, dropped_at, purge FROM eider_dropped WHERE dropped_at <= ?"
                        + " AND next_try <= ? ORDER BY next_try LIMIT ?",
                before,
                now.toEpochMilli(),
                TABLES_AT_ONCE));
        for (Dropped dropped : due) {
            try {
                retire(dropped, now);
            } catch (RuntimeException e) {
                LOG.warn(
                        "The files of a dropped table are not retired yet, metadata={}: {}",
                        dropped.metadataLocation(),
                        e.getMessage());
                postpone(dropped, now.plus(NEXT_TRY));
            }
        }
    }

    private void postpone(Dropped dropped, Instant next) throws SQLException {
        database.transact(connection -> SqlRows.update(
                connection,
                "UPDATE eider_dropped SET next_try = ? WHERE metadata_location = ?",
                next.toEpochMilli(),
                dropped.metadataLocation()));
    }

    private void retire(Dropped dropped, Instant now) throws SQLException {
        TableMetadata metadata;
        try {
            metadata = TableMetadataParser.read(files, dropped.metadataLocation());
        } catch (NotFoundException gone) {
            forget(dropped, List.of());
            return;
        }
        if (!mayRemove(dropped, metadata)) {
            LOG.info("The files of a dropped table stay, location={}", metadata.location());
            forget(dropped, List.of());
            return;
        }
        List<RetiredFile> retired = locations(metadata).stream()
                .filter(location -> isWithin(location, metadata))
                .map(location -> new RetiredFile(location, metadata.uuid(), dropped.dropped(), now))
                .toList();
        for (int begin = 0; begin < retired.size(); begin += FILES_AT_ONCE) {
            List<RetiredFile> some = retired.subList(begin, Math.min(retired.size(), begin + FILES_AT_ONCE));
            database.transact(connection -> {
                for (RetiredFile file : some) {
                    RetiredFiles.insert(connection, file);
                }
                return some.size();
            });
        }
        forget(dropped, List.of(metadata.uuid()));
        LOG.info("The files of a dropped table are retired, location={} files={}", metadata.location(), retired.size());
    }

    private void forget(Dropped dropped, List<String> tables) throws SQLException {
        database.transact(connection -> {
            for (String uuid : tables) {
                SqlRows.update(connection, "DELETE FROM eider_commits WHERE table_uuid = ?", uuid);
            }
            return SqlRows.update(
                    connection, "DELETE FROM eider_dropped WHERE metadata_location = ?", dropped.metadataLocation());
        });
    }

    private boolean mayRemove(Dropped dropped, TableMetadata metadata) {
        return (dropped.purge() || HistoryRule.isOurs(metadata))
                && metadata.propertyAsBoolean(TableProperties.GC_ENABLED, TableProperties.GC_ENABLED_DEFAULT)
                && pointers.registrations().stream()
                        .noneMatch(other -> isWithin(other.metadataLocation(), metadata)
                                || metadata.previousFiles().stream()
                                        .anyMatch(entry -> entry.file().equals(other.metadataLocation())));
    }

    private static boolean isWithin(String location, TableMetadata metadata) {
        return location.startsWith(metadata.location() + "/");
    }

    /** What leads to others comes after these: a table that is only partly written down can be read again. */
    private Set<String> locations(TableMetadata metadata) {
        Set<String> content = new LinkedHashSet<>();
        Set<String> manifests = new LinkedHashSet<>();
        List<String> last = new ArrayList<>();
        Set<String> read = new HashSet<>();
        for (Snapshot snapshot : metadata.snapshots()) {
            last.add(snapshot.manifestListLocation());
            for (ManifestFile manifest : manifests(snapshot)) {
                manifests.add(manifest.path());
                if (read.add(manifest.path())) {
                    addFiles(manifest, metadata, content);
                }
            }
        }
        metadata.statisticsFiles().stream().map(StatisticsFile::path).forEach(content::add);
        metadata.partitionStatisticsFiles().stream()
                .map(PartitionStatisticsFile::path)
                .forEach(content::add);
        Set<String> all = new LinkedHashSet<>(content);
        all.addAll(manifests);
        all.addAll(last);
        metadata.previousFiles().stream().map(MetadataLogEntry::file).forEach(all::add);
        all.add(metadata.metadataFileLocation());
        return all;
    }

    private List<ManifestFile> manifests(Snapshot snapshot) {
        try {
            return snapshot.allManifests(files);
        } catch (NotFoundException removed) {
            return List.of();
        }
    }

    private void addFiles(ManifestFile manifest, TableMetadata metadata, Set<String> content) {
        try (CloseableIterable<String> paths = ManifestFiles.readPaths(manifest, files, metadata.specsById())) {
            paths.forEach(content::add);
        } catch (NotFoundException removed) {
            LOG.debug("A manifest of a dropped table is gone, location={}", manifest.path(), removed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
