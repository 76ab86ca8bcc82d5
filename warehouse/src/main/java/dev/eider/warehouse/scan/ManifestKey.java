package dev.eider.warehouse.scan;

import java.util.Objects;
import org.apache.iceberg.ManifestFile;

/**
 * Names a manifest together with what its entries inherit from the list that refers to it. Immutable.
 *
 * <p>A manifest never changes, but the same one can be listed with other first row ids once its table gets them.
 */
record ManifestKey(String path, int specId, long sequenceNumber, long snapshotId, long firstRowId) {
    private static final long NONE = -1;

    static ManifestKey of(ManifestFile manifest) {
        return new ManifestKey(
                manifest.path(),
                manifest.partitionSpecId(),
                manifest.sequenceNumber(),
                Objects.requireNonNullElse(manifest.snapshotId(), NONE),
                Objects.requireNonNullElse(manifest.firstRowId(), NONE));
    }

    /** Names a manifest list, which inherits nothing. */
    static ManifestKey ofList(String path) {
        return new ManifestKey(path, 0, NONE, NONE, NONE);
    }
}
