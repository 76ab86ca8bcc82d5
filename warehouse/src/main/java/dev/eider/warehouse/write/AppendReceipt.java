package dev.eider.warehouse.write;

import java.util.OptionalLong;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Proof that rows are durable and visible: it exists only after the catalog's compare-and-swap succeeded.
 *
 * @param table the table's name as the catalog spells it
 * @param snapshotId the snapshot that made the rows visible; absent when an empty stream met an empty table
 * @param sequenceNumber that snapshot's sequence number, 0 without a snapshot
 * @param rows how many rows were appended
 * @param files how many data files hold them
 * @param bytes the size of those files
 * @param duplicate whether this repeats an earlier append, and stored nothing new
 * @param queueMillis how long the append waited for its turn
 * @param commitMillis how long its commit took
 */
public record AppendReceipt(
        TableIdentifier table,
        OptionalLong snapshotId,
        long sequenceNumber,
        long rows,
        int files,
        long bytes,
        boolean duplicate,
        long queueMillis,
        long commitMillis) {}
