package dev.eider.warehouse.read;

import dev.eider.warehouse.metadata.MetadataTable;

/** What of a table a reference reads. Immutable. */
public sealed interface Facet {

    /** Its rows. */
    record Rows() implements Facet {}

    /**
     * What describes it.
     *
     * @param metadataLocation the metadata file that was current when the reference was pinned
     */
    record Metadata(MetadataTable table, String metadataLocation) implements Facet {}

    /**
     * What commits did to its rows, up to the pinned snapshot.
     *
     * @param afterSnapshotId the snapshot whose successors count, 0 for all
     */
    record Changes(long afterSnapshotId, long afterSequenceNumber) implements Facet {}
}
