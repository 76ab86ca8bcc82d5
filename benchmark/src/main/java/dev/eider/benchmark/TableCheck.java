package dev.eider.benchmark;

import dev.eider.benchmark.WriterCell.Fate;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/**
 * What a table holds after its writers have ended, read without Eider, against what they were told.
 *
 * @param snapshots how many were ever made
 * @param files data files of the current one
 * @param checksum rows, and the sum of their ids
 * @param faults sentences on what is wrong; none if the table is as it must be
 */
record TableCheck(long snapshots, int files, String checksum, List<String> faults) {

    /** Plans the table with stock Iceberg, and reads its files with DuckDB. */
    static TableCheck of(Table table, WriterCell.Result result, DuckDb duckDb) throws SQLException {
        table.refresh();
        Snapshot current = table.currentSnapshot();
        List<Path> files = current == null ? List.of() : StockCatalog.dataFiles(table);
        int rows = result.load().rows();
        Map<Long, long[]> found = new HashMap<>();
        long count = 0;
        long sum = 0;
        for (long[] append : files.isEmpty() ? List.<long[]>of() : duckDb.numbers(sql(files, rows))) {
            found.put(append[0], append);
            count += append[1];
            sum += append[2];
        }
        Faults faults = new Faults(rows);
        result.fates().forEach((number, fate) -> faults.check(number, fate, found.remove(number)));
        found.keySet().forEach(number -> faults.sentences.add("append " + number + " was never made"));
        return new TableCheck(
                current == null ? 0 : current.sequenceNumber(),
                files.size(),
                String.format(Locale.ROOT, "%d rows, sum %d", count, sum),
                List.copyOf(faults.sentences));
    }

    private static String sql(List<Path> files, int rows) {
        return "SELECT id // " + rows + ", count(*), CAST(sum(id) AS BIGINT), count(DISTINCT id) FROM "
                + DuckDb.readParquet(files) + " GROUP BY 1";
    }

    private static final class Faults {
        private final int rows;
        private final List<String> sentences = new java.util.ArrayList<>();

        Faults(int rows) {
            this.rows = rows;
        }

        void check(long number, Fate fate, long @org.jspecify.annotations.Nullable [] found) {
            if (found == null) {
                if (fate == Fate.ACKNOWLEDGED) {
                    sentences.add("append " + number + " was acknowledged and is lost");
                }
                return;
            }
            if (fate == Fate.REFUSED) {
                sentences.add("append " + number + " was refused and is there");
            }
            if (found[1] != rows || found[3] != rows) {
                sentences.add("append " + number + " has " + found[1] + " rows, " + found[3] + " of them different");
            }
        }
    }
}
