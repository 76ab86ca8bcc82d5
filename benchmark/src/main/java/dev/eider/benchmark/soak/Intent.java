package dev.eider.benchmark.soak;

/**
 * An append that a client means to make: its rows are known before it is sent. Immutable.
 *
 * @param number unique in a run
 * @param table the table's name
 * @param branch which branch of it
 * @param rows how many
 * @param writer who makes it
 */
record Intent(long number, String table, String branch, int rows, int writer) {
    static final String MAIN = "main";

    /** A branch that is written beside the main one, and begins with what that held. */
    static final String SIDE = "side";

    /** Every intent has room for as many row ids. */
    static final int MOST_ROWS = 32;

    /** Returns the intent that a row id belongs to. */
    static long numberOf(long rowId) {
        return Math.floorDiv(rowId, (long) MOST_ROWS);
    }

    boolean isOnMain() {
        return branch.equals(MAIN);
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
