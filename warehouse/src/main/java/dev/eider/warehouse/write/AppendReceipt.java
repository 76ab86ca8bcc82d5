package dev.eider.warehouse.write;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Proof that rows are durable and visible: it exists only after the catalog's compare-and-swap succeeded. Immutable.
 *
 * @param table the table's name as the catalog spells it
 * @param branch the branch that has the rows
 * @param snapshotId the snapshot that made the rows visible; absent when an empty stream met an empty table
 * @param sequenceNumber that snapshot's sequence number, 0 without a snapshot
 * @param rows how many rows were appended
 * @param files which rows of which data files they are
 * @param bytes the size of those files; of a file shared with other appends, its share by rows
 * @param duplicate whether this repeats an earlier append, and stored nothing new
 * @param groupSize how many appends share the commit, this one included
 * @param queueMillis how long the append waited for its turn
 * @param commitMillis how long its commit took
 * @param keyExpires until when the idempotency key is remembered; absent without one
 */
public record AppendReceipt(
        TableIdentifier table,
        String branch,
        OptionalLong snapshotId,
        long sequenceNumber,
        long rows,
        List<FileRows> files,
        long bytes,
        boolean duplicate,
        int groupSize,
        long queueMillis,
        long commitMillis,
        Optional<Instant> keyExpires) {

    /** Copies the list, so that nobody changes it later. */
    public AppendReceipt {
        files = List.copyOf(files);
    }

    /**
     * A run of rows in one data file. Immutable.
     *
     * @param location the data file
     * @param firstRow the position of the first of them within the file, from 0
     * @param rows how many follow from there
     */
    public record FileRows(String location, long firstRow, long rows) {}
}
