package dev.eider.warehouse.write;

import java.util.function.Consumer;
import org.apache.arrow.vector.ipc.ArrowReader;

/** Appends streams of Arrow batches to tables. Thread-safe; each call occupies its thread until the stream ends. */
public final class TableAppender {

    /**
     * Appends every batch of {@code rows} to the table, and hands out one receipt for each commit.
     *
     * <p>Reads {@code rows} on a thread of its own and never closes it: whoever opened it does, after this returns. On any
     * exception the rows that no receipt covers are not in the table, and their files are gone, unless the code is
     * {@code OUTCOME_UNKNOWN}.
     */
    public void append(AppendRequest request, ArrowReader rows, Consumer<AppendReceipt> receipts) {
        throw new UnsupportedOperationException();
    }
}
