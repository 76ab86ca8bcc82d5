package dev.eider.catalog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.io.FileIO;

/**
 * Small manifests, and what was made of them. Immutable.
 *
 * @param replaced manifests of the table
 * @param merged durable manifests with the same files, which no snapshot refers to yet
 */
record ManifestMerge(List<ManifestFile> replaced, List<ManifestFile> merged) {
    /** How many manifests of about the same size are merged; their entries are copied once for each power of it. */
    private static final int FAN_IN = 50;

    private static final ExecutorService DIRECT = new DirectExecutor();

    /** Returns manifests that are worth merging: many of about the same size, one partition spec, data only. */
    static List<ManifestFile> choose(List<ManifestFile> manifests) {
        Map<Long, List<ManifestFile>> bySize = new HashMap<>();
        for (ManifestFile manifest : manifests) {
            if (manifest.content() == ManifestContent.DATA
                    && !manifest.hasDeletedFiles()
                    && manifest.addedFilesCount() != null
                    && manifest.existingFilesCount() != null) {
                long entries = (long) manifest.addedFilesCount() + manifest.existingFilesCount();
                long tier = 0;
                for (long size = entries; size >= FAN_IN; size /= FAN_IN) {
                    tier++;
                }
                bySize.computeIfAbsent(tier * 100_000L + manifest.partitionSpecId(), key -> new ArrayList<>())
                        .add(manifest);
            }
        }
        return bySize.values().stream()
                .filter(alike -> alike.size() >= FAN_IN)
                .findFirst()
                .orElse(List.of());
    }

    /** Reads the manifests and writes the merged ones; nothing refers to them yet. */
    static ManifestMerge prepare(TableState state, List<ManifestFile> small) {
        RecordingFiles files = new RecordingFiles(state.io());
        StagedOperations operations = new StagedOperations(state.metadata(), files);
        Set<String> wanted = small.stream().map(ManifestFile::path).collect(Collectors.toSet());
        Set<String> before = state.metadata().currentSnapshot().allManifests(state.io()).stream()
                .map(ManifestFile::path)
                .collect(Collectors.toSet());
        try {
            new BaseTable(operations, state.identifier().toString())
                    .rewriteManifests()
                    .clusterBy(file -> "")
                    .rewriteIf(manifest -> wanted.contains(manifest.path()))
                    .scanManifestsWith(DIRECT)
                    .commit();
            Snapshot staged = operations.current().currentSnapshot();
            List<ManifestFile> merged = staged.allManifests(state.io()).stream()
                    .filter(manifest -> !before.contains(manifest.path()))
                    .toList();
            // The staged snapshot was only made to have the manifests merged.
            files.deleteFile(staged.manifestListLocation());
            files.sync();
            return new ManifestMerge(small, merged);
        } catch (RuntimeException e) {
            files.discard();
            throw e;
        }
    }

    /** Removes merged manifests that did not get their place. */
    void discard(FileIO files) {
        for (ManifestFile manifest : merged) {
            files.deleteFile(manifest.path());
        }
    }
}
