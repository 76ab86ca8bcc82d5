package dev.eider.warehouse.write;

import java.io.IOException;
import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowDictionaryBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the engine reads while it writes one run of data files: the queued batches, up to the end of a step, a lull, or
 * a change of dictionaries.
 *
 * <p>The engine calls it from threads of its own, one at a time. What it throws reaches the engine as text only: {@link
 * #failure()} keeps the real thing.
 */
final class QueueReader extends ArrowReader {
    private static final Duration LULL = Duration.ofMillis(200);

    private final BatchQueue queue;
    private final Schema schema;
    private final WriteStep step;
    private final DictionarySnapshot snapshot;
    private boolean started;
    private volatile @Nullable Throwable failure;

    QueueReader(BufferAllocator allocator, BatchQueue queue, Schema schema, WriteStep step) {
        super(allocator);
        this.queue = queue;
        this.schema = schema;
        this.step = step;
        this.snapshot = queue.nextDictionaries();
    }

    /** Returns what went wrong while the engine was reading, if anything did. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        try {
            prepareLoadNextBatch();
            if (!started) {
                started = true;
                snapshot.load(this);
            }
            if (step.isComplete()) {
                return false;
            }
            BatchQueue.Item item = queue.take(snapshot, step.deadlineWithin(LULL));
            if (item == null) {
                return false;
            }
            step.count(item.batch().getLength(), item.arrivedNanos());
            loadRecordBatch(item.batch());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = e;
            throw new IOException(e);
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    void takeDictionary(ArrowDictionaryBatch dictionary) {
        loadDictionary(dictionary);
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {}

    /** The schema as it travels: a dictionary-encoded column has the type of its values. */
    @Override
    protected Schema readSchema() {
        return snapshot.travelling(schema);
    }
}
