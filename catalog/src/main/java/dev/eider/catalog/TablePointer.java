package dev.eider.catalog;

import org.apache.iceberg.catalog.TableIdentifier;

/** One row of the catalog: a table's name as it was created, and its current metadata file. Immutable. */
record TablePointer(TableIdentifier identifier, String metadataLocation) {

    /** Returns the name of the metadata file, without where it is. */
    String fileName() {
        return metadataLocation.substring(metadataLocation.lastIndexOf('/') + 1);
    }
}
