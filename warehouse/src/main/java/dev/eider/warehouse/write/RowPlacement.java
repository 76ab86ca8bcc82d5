package dev.eider.warehouse.write;

import dev.eider.warehouse.write.AppendReceipt.FileRows;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFile;

/** Tells which rows of which files belong to whom, when several appends were written one after another. Stateless. */
final class RowPlacement {
    private RowPlacement() {}

    /**
     * What one append has in the files.
     *
     * @param files its rows, in their order
     * @param bytes its part of the files' size
     */
    record Share(List<FileRows> files, long bytes) {}

    /**
     * Deals the rows of the files out.
     *
     * @param files in the order of their rows
     * @param rows how many rows each append has, in the order they were written
     */
    static List<Share> of(List<DataFile> files, List<Long> rows) {
        List<Share> shares = new ArrayList<>();
        int file = 0;
        long used = 0;
        for (long wanted : rows) {
            List<FileRows> parts = new ArrayList<>();
            long bytes = 0;
            for (long left = wanted; left > 0; ) {
                DataFile current = files.get(file);
                long taken = Math.min(left, current.recordCount() - used);
                if (taken > 0) {
                    parts.add(new FileRows(current.location(), used, taken));
                    bytes += Math.round((double) current.fileSizeInBytes() * taken / current.recordCount());
                }
                left -= taken;
                used += taken;
                if (left > 0) {
                    file++;
                    used = 0;
                }
            }
            shares.add(new Share(List.copyOf(parts), bytes));
        }
        return List.copyOf(shares);
    }
}
