package dev.eider.warehouse.scan;

import java.util.List;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.StructLike;

/**
 * One live data file of a snapshot, with the deletes that apply to it. Immutable; the partition is never changed.
 *
 * @param location as the manifest spells it
 * @param rows before deletes
 * @param bytes of the file
 * @param specId the partition spec that it was written under
 * @param partition its values of that spec, empty for an unpartitioned one
 * @param dataSequenceNumber tells which equality deletes are newer
 * @param firstRowId where its row ids start (format version 3), -1 if it has none
 * @param uncounted identity partition columns that the manifest counts no values of: the file may leave them out
 * @param deletes position deletes, deletion vectors and equality deletes, as the specification's scan planning matches them
 */
public record ScanFile(
        String location,
        FileFormat format,
        long rows,
        long bytes,
        int specId,
        StructLike partition,
        long dataSequenceNumber,
        long firstRowId,
        Set<Integer> uncounted,
        List<DeleteFile> deletes) {
    /** Copies what it is given. */
    public ScanFile {
        uncounted = Set.copyOf(uncounted);
        deletes = List.copyOf(deletes);
    }
}
