package dev.eider.benchmark;

import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.Table;

/** One way to append rows to tables, each append durable and visible once it returns. Thread-safe, unlike its lanes. */
interface AppendContender extends AutoCloseable {

    /** Returns its name as it is printed. */
    String name();

    /** Makes a table, unless the first append does. */
    default void create(String table) throws Exception {}

    /** Opens what one writer needs to append to a table. */
    Lane lane(String table) throws Exception;

    /** Loads the table as stock Iceberg sees it. */
    Table load(String table);

    @Override
    void close() throws Exception;

    /** What a writer holds. Confined to one thread. */
    interface Lane extends AutoCloseable {

        /** Appends all rows in one go; throws {@link Refused} only if they certainly are not in the table. */
        void append(ArrowReader rows) throws Exception;

        @Override
        default void close() throws Exception {}
    }

    /** The rows of an append are not in the table, and never will be. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(Exception cause) {
            super(cause);
        }
    }
}
