package dev.eider.warehouse.scan;

import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.engine.TemporaryTable;
import java.util.List;

/**
 * The rows of some data files that are deleted by position, as a temporary table that a scan of the files is joined with.
 *
 * <p>Few are kept as numbers, and cost a scan next to nothing. Many are kept as bits, one for each row of a file, and cost
 * the same whatever their number. Each is used where it takes less of the engine's memory.
 *
 * @param join goes behind the relation {@code r} of the files in a FROM clause
 * @param condition what live rows meet beside that, as a WHERE clause, or nothing
 */
record DeletedRows(String join, String condition) {
    /** What the engine needs for a number: two BIGINT, a hash and its share of the table of hashes. */
    private static final long NUMBER_BYTES = 32;

    private static final String FILE_NUMBER = "CAST(%s AS BIGINT)".formatted(ScanRendering.FILE_INDEX);

    /** A data file, and its deleted rows. */
    record File(ScanFile file, RowNumbers deleted) {}

    /** Stores what is deleted of the files, which are given in the scan's order. */
    static DeletedRows of(List<File> files, EngineConnection connection) {
        long rows = files.stream().mapToLong(each -> each.file().rows()).sum();
        long deleted = files.stream().mapToLong(each -> each.deleted().size()).sum();
        // Bits are numbered by INTEGER.
        boolean bits = deleted * NUMBER_BYTES > rows / Byte.SIZE
                && files.stream().allMatch(each -> each.file().rows() <= Integer.MAX_VALUE);
        return bits ? bits(files, connection) : numbers(files, connection);
    }

    private static DeletedRows numbers(List<File> files, EngineConnection connection) {
        String table = connection.temporaryName("deleted_rows");
        try (TemporaryTable rows = connection.createTable(table, "file BIGINT, row_number BIGINT")) {
            for (int i = 0; i < files.size(); i++) {
                int number = i;
                files.get(i).deleted().forEach(row -> rows.append(number, row));
            }
        }
        return new DeletedRows(
                " ANTI JOIN %s AS p ON p.file = %s AND p.row_number = %s"
                        .formatted(SqlText.quoteIdentifier(table), FILE_NUMBER, ScanRendering.ROW_NUMBER),
                "");
    }

    private static DeletedRows bits(List<File> files, EngineConnection connection) {
        String table = connection.temporaryName("deleted_rows");
        try (TemporaryTable rows = connection.createTable(table, "file BIGINT, deleted BLOB")) {
            for (int i = 0; i < files.size(); i++) {
                File file = files.get(i);
                rows.append(i, file.deleted().bits((int) file.file().rows()));
            }
        }
        return new DeletedRows(
                " JOIN (SELECT file, CAST(deleted AS BIT) AS deleted FROM %s) AS p ON p.file = %s"
                        .formatted(SqlText.quoteIdentifier(table), number(0, Math.max(2, files.size()))),
                " WHERE get_bit(p.deleted, CAST(%s AS INTEGER)) = 0".formatted(ScanRendering.ROW_NUMBER));
    }

    /**
     * Returns the number of a row's file, one of a range, as an expression that tells the engine this range: it then finds
     * the bits by this number, without a hash. For the rows of one file it is evaluated once.
     */
    private static String number(int from, int to) {
        if (to - from == 1) {
            return from + "::BIGINT";
        }
        int middle = (from + to) >>> 1;
        return "CASE WHEN %s < %d THEN %s ELSE %s END"
                .formatted(ScanRendering.FILE_INDEX, middle, number(from, middle), number(middle, to));
    }
}
