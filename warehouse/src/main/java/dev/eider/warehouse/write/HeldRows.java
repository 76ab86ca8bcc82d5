package dev.eider.warehouse.write;

import java.util.List;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/**
 * The validated rows of one small append, all in memory. Whoever took them closes them.
 *
 * @param batches in their order
 * @param dictionaries what all of them refer to
 * @param bytes how much memory they hold
 */
record HeldRows(List<ArrowRecordBatch> batches, DictionarySnapshot dictionaries, long bytes) implements AutoCloseable {

    long rows() {
        return batches.stream().mapToLong(ArrowRecordBatch::getLength).sum();
    }

    @Override
    public void close() {
        batches.forEach(ArrowRecordBatch::close);
        dictionaries.close();
    }
}
