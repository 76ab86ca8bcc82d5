package dev.eider.warehouse;

import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * One table as a listing shows it. Immutable.
 *
 * @param table its name as the catalog spells it
 * @param schema its current columns, as a read would return them
 * @param columns the same as the table itself declares them
 * @param rows live rows of the current snapshot, -1 when its summary does not say
 * @param bytes size of the data files of the current snapshot, -1 when its summary does not say
 * @param snapshots how many snapshots are kept
 * @param snapshotId the current snapshot, -1 for a table that never had one
 * @param problem why the table cannot be read, in words for callers, and nothing else is known of it; empty if it can
 */
public record TableListing(
        TableIdentifier table,
        Schema schema,
        org.apache.iceberg.Schema columns,
        long rows,
        long bytes,
        int snapshots,
        long snapshotId,
        String problem) {}
