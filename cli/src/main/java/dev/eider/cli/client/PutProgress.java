package dev.eider.cli.client;

/** Follows an append while it is under way; called by the thread that appends, except for receipts. */
public interface PutProgress {

    /** Follows nothing. */
    PutProgress NONE = new PutProgress() {
        @Override
        public void sent(long rows) {}

        @Override
        public void committed(Receipt receipt) {}
    };

    /** Tells how many rows have been handed to the network so far. */
    void sent(long rows);

    /** Asks whether to give the append up; once the last row was sent, it is no longer asked. */
    default boolean isCancelled() {
        return false;
    }

    /** Tells of a commit as soon as the gateway reports it; called by a thread of the network. */
    void committed(Receipt receipt);
}
