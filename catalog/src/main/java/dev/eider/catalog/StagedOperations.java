package dev.eider.catalog;

import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;

/**
 * A table whose next metadata is being put together: Iceberg's operations change it in memory, one after another, and
 * nothing is current before the committer swaps the pointer. Confined to one thread.
 */
final class StagedOperations implements TableOperations {
    private final FileIO files;
    private TableMetadata metadata;

    StagedOperations(TableMetadata metadata, FileIO files) {
        this.metadata = metadata;
        this.files = files;
    }

    @Override
    public TableMetadata current() {
        return metadata;
    }

    @Override
    public TableMetadata refresh() {
        return metadata;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Iceberg's contract: the base is the very object that was current.
    public void commit(TableMetadata base, TableMetadata next) {
        if (base != metadata) {
            throw new CommitFailedException("Cannot commit: the base is stale");
        }
        metadata = next;
    }

    /** Goes back to an earlier state, when a change did not fit. */
    void reset(TableMetadata earlier) {
        metadata = earlier;
    }

    @Override
    public FileIO io() {
        return files;
    }

    @Override
    public String metadataFileLocation(String fileName) {
        return MetadataFiles.location(metadata, fileName);
    }

    @Override
    public LocationProvider locationProvider() {
        return LocationProviders.locationsFor(metadata.location(), metadata.properties());
    }
}
