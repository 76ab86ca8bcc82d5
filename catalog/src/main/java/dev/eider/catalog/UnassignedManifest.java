package dev.eider.catalog;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.jspecify.annotations.Nullable;

/** A manifest as it is before a snapshot takes it in: it gets the snapshot's id and sequence number then. Immutable. */
final class UnassignedManifest implements ManifestFile {
    private final ManifestFile manifest;

    UnassignedManifest(ManifestFile manifest) {
        this.manifest = manifest;
    }

    @Override
    public String path() {
        return manifest.path();
    }

    @Override
    public long length() {
        return manifest.length();
    }

    @Override
    public int partitionSpecId() {
        return manifest.partitionSpecId();
    }

    @Override
    public ManifestContent content() {
        return manifest.content();
    }

    @Override
    public long sequenceNumber() {
        return -1;
    }

    @Override
    public long minSequenceNumber() {
        return manifest.minSequenceNumber();
    }

    @Override
    public @Nullable Long snapshotId() {
        return null;
    }

    @Override
    public @Nullable Integer addedFilesCount() {
        return manifest.addedFilesCount();
    }

    @Override
    public @Nullable Long addedRowsCount() {
        return manifest.addedRowsCount();
    }

    @Override
    public @Nullable Integer existingFilesCount() {
        return manifest.existingFilesCount();
    }

    @Override
    public @Nullable Long existingRowsCount() {
        return manifest.existingRowsCount();
    }

    @Override
    public @Nullable Integer deletedFilesCount() {
        return manifest.deletedFilesCount();
    }

    @Override
    public @Nullable Long deletedRowsCount() {
        return manifest.deletedRowsCount();
    }

    @Override
    public @Nullable List<PartitionFieldSummary> partitions() {
        return manifest.partitions();
    }

    @Override
    public @Nullable ByteBuffer keyMetadata() {
        return manifest.keyMetadata();
    }

    @Override
    public @Nullable Long firstRowId() {
        return manifest.firstRowId();
    }

    @Override
    public ManifestFile copy() {
        return new UnassignedManifest(manifest.copy());
    }
}
