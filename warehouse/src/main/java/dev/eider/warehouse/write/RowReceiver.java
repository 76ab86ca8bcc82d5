package dev.eider.warehouse.write;

import dev.eider.warehouse.types.BatchValidator;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a caller's stream, validates every batch before native code sees it, and fills the queue.
 *
 * <p>Runs once, on a thread of its own, until the stream ends, breaks, or the queue is aborted.
 */
final class RowReceiver implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(RowReceiver.class);

    private final ArrowReader rows;
    private final Optional<BatchValidator> validator;
    private final BatchQueue queue;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread runner;
    private boolean stopped;
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
            if (begin()) {
                receive();
            }
        } finally {
            end();
        }
    }

    private void receive() {
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

    private boolean begin() {
        lock.lock();
        try {
            runner = stopped ? null : Thread.currentThread();
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    /** The thread goes on to other work: an interrupt that was meant for this one must not reach it. */
    private void end() {
        lock.lock();
        try {
            if (runner != null && Thread.interrupted()) {
                LOG.debug("Receiving was interrupted");
            }
            runner = null;
        } finally {
            lock.unlock();
            ended.countDown();
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

    /** Makes {@link #run} end, waits until it has, and frees what it kept. It must have been handed to a thread. */
    void awaitEnd() {
        lock.lock();
        try {
            stopped = true;
            if (runner != null) {
                runner.interrupt();
            }
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (ended.getCount() > 0) {
            try {
                ended.await();
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
