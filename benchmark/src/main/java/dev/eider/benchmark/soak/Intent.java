package dev.eider.benchmark.soak;

/**
 * An append that a client means to make: its rows are known before it is sent. Immutable.
 *
 * @param number unique in a run
 * @param table the table's name
 * @param rows how many
 * @param writer who makes it
 */
record Intent(long number, String table, int rows, int writer) {
    /** Every intent has room for as many row ids. */
    static final int MOST_ROWS = 32;

    /** Returns the intent that a row id belongs to. */
    static long numberOf(long rowId) {
        return Math.floorDiv(rowId, (long) MOST_ROWS);
    }

    long firstId() {
        return number * MOST_ROWS;
    }

    /** Returns what a row with this id carries besides, so that mixed-up columns are found. */
    static String note(long rowId) {
        return "row " + rowId + " #" + Long.toHexString(rowId * 0x9E3779B97F4A7C15L);
    }

    /** Returns the idempotency key, the same for every attempt. */
    String key() {
        return "soak-" + number;
    }
}
