package dev.eider.warehouse.write;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * Proof that rows are durable and visible: it exists only after the catalog's compare-and-swap succeeded.
 *
 * @param table the table's name as the catalog spells it
 * @param branch the branch that they are in
 * @param snapshotId the snapshot that made the rows visible; absent for an append without rows
 * @param sequenceNumber that snapshot's sequence number, 0 without a snapshot
 * @param rows how many rows were appended
 * @param files where they are
 * @param bytes the size of those files; of a shared file, the part that its rows have in it
 * @param duplicate whether this repeats an earlier append, and stored nothing new
 * @param groupSize how many appends share the snapshot, this one included
 * @param queueMillis how long the append waited for its turn
 * @param commitMillis how long its commit took
 * @param keyExpires until when its idempotency key is remembered; absent without one
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
     * Rows of one append in one data file, which it may share with other appends.
     *
     * @param location the file
     * @param firstRow how many rows of the file come before them
     * @param rows how many they are
     */
    public record FileRows(String location, long firstRow, long rows) {}
}
