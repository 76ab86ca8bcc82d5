package dev.eider.benchmark.soak;

import java.util.function.Consumer;

/** A way to read all rows of a branch of a table as it is now. */
interface RowSource {

    /** Hands out every row; none if there is no such table or branch. */
    void read(String table, String branch, Consumer<StoredRow> rows);

    /**
     * A row as it was found.
     *
     * @param noteIsRight whether the note is the one that belongs to the id
     */
    record StoredRow(long id, long intent, long writer, boolean noteIsRight) {

        /** Returns whether every value is what the intent meant it to be. */
        boolean isWhole(Intent meant) {
            return intent == meant.number() && writer == meant.writer() && noteIsRight;
        }
    }
}
