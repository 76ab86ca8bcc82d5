package dev.eider.warehouse.scan;

import java.util.List;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;

/**
 * The manifests of a snapshot that list live files, in their order. Immutable.
 *
 * @param data that list data files
 * @param deletes that list delete files
 */
record ManifestList(List<Entry> data, List<Entry> deletes) implements CachedMetadata {
    private static final int ENTRY_BYTES = 400;
    private static final int SUMMARY_BYTES = 160;

    /** One manifest, and its name in the cache. */
    record Entry(ManifestFile manifest, ManifestKey key) {}

    ManifestList {
        data = List.copyOf(data);
        deletes = List.copyOf(deletes);
    }

    static ManifestList of(List<ManifestFile> manifests) {
        return new ManifestList(live(manifests, ManifestContent.DATA), live(manifests, ManifestContent.DELETES));
    }

    /** Counts that are not known count as some. */
    private static List<Entry> live(List<ManifestFile> manifests, ManifestContent content) {
        return manifests.stream()
                .filter(manifest -> manifest.content() == content)
                .filter(manifest -> manifest.hasAddedFiles() || manifest.hasExistingFiles())
                .map(manifest -> new Entry(manifest, ManifestKey.of(manifest)))
                .toList();
    }

    @Override
    public long bytes() {
        return bytes(data) + bytes(deletes);
    }

    private static long bytes(List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) {
            List<?> summaries = entry.manifest().partitions();
            bytes += ENTRY_BYTES
                    + entry.manifest().path().length()
                    + (summaries == null ? 0L : (long) summaries.size() * SUMMARY_BYTES);
        }
        return bytes;
    }
}
