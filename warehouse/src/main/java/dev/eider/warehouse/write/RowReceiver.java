package dev.eider.warehouse.write;

import dev.eider.warehouse.types.BatchValidator;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Reads a caller's stream, validates every batch before native code sees it, and fills the queue.
 *
 * <p>Runs on a thread of its own until the stream ends, breaks, or the queue is aborted.
 */
final class RowReceiver implements Runnable {
    private final ArrowReader rows;
    private final Optional<BatchValidator> validator;
    private final BatchQueue queue;
    private @Nullable DictionarySnapshot dictionaries;

    /**
     * Creates a receiver.
     *
     * @param validator checks every batch; none if the rows are only to be counted, so that native code never sees them
     */
    RowReceiver(ArrowReader rows, Optional<BatchValidator> validator, BatchQueue queue) {
        this.rows = rows;
        this.validator = validator;
        this.queue = queue;
    }

    @Override
    public void run() {
        try {
            while (rows.loadNextBatch()) {
                VectorSchemaRoot batch = rows.getVectorSchemaRoot();
                if (batch.getRowCount() != 0) {
                    validator.ifPresent(check -> check.validate(batch, rows));
                    enqueue(batch);
                }
            }
            queue.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            queue.fail(e);
        } catch (Exception | Error e) {
            queue.fail(e);
        }
    }

    private void enqueue(VectorSchemaRoot batch) throws InterruptedException {
        long dictionaryBytes = 0;
        DictionarySnapshot snapshot = dictionaries;
        if (snapshot == null || !snapshot.matches(rows)) {
            releaseDictionaries();
            snapshot = DictionarySnapshot.of(rows);
            dictionaries = snapshot;
            dictionaryBytes = snapshot.bytes();
        }
        ArrowRecordBatch retained = new VectorUnloader(batch).getRecordBatch();
        long bytes = retained.computeBodyLength() + dictionaryBytes;
        queue.put(new BatchQueue.Item(retained, snapshot, bytes, System.nanoTime()));
    }

    private void releaseDictionaries() {
        DictionarySnapshot last = dictionaries;
        dictionaries = null;
        if (last != null) {
            last.close();
        }
    }

    /** Makes {@link #run} end, waits for the thread that it runs on, and frees what it kept. */
    void awaitEnd(Thread thread) {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        releaseDictionaries();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
