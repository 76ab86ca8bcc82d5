package dev.eider.warehouse.scan;

import java.util.List;

/**
 * What a scan of one pinned snapshot has to read: every file that can hold a row that its filter lets through.
 *
 * <p>Immutable.
 *
 * @param files in the order of the manifests
 */
public record ScanPlan(List<ScanFile> files, Pruning pruning) {
    /** Copies the files, so that nobody changes them later. */
    public ScanPlan {
        files = List.copyOf(files);
    }

    /** Returns the plan of reading some files, whichever they are. */
    public static ScanPlan of(List<ScanFile> files) {
        return new ScanPlan(files, new Pruning(0, 0, files.size(), 0, 0, 0));
    }

    /**
     * How much the filter saved, for {@code EXPLAIN}.
     *
     * @param manifests data manifests of the snapshot
     * @param manifestsPruned those that were set aside by their partition summaries
     * @param files live data files of the snapshot, those in pruned manifests included
     * @param filesPrunedByPartition set aside by partition values, those in pruned manifests included
     * @param filesPrunedByBounds set aside by column bounds and counts
     * @param deleteFiles delete files that apply to what is left
     */
    public record Pruning(
            int manifests,
            int manifestsPruned,
            long files,
            long filesPrunedByPartition,
            long filesPrunedByBounds,
            int deleteFiles) {}
}
