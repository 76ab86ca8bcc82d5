package dev.eider.warehouse.write;

import java.io.IOException;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowDictionaryBatch;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Batches in memory, as a stream for the engine. All refer to the same dictionaries.
 *
 * <p>The engine calls it from threads of its own, one at a time. What it throws reaches the engine as text only: {@link
 * #failure()} keeps the real thing.
 */
abstract class BatchReader extends ArrowReader {
    private final Schema schema;
    private final DictionarySnapshot snapshot;
    private boolean started;
    private volatile @Nullable Throwable failure;

    BatchReader(BufferAllocator allocator, Schema schema, DictionarySnapshot dictionaries) {
        super(allocator);
        this.schema = schema;
        this.snapshot = dictionaries;
    }

    /** Returns the next batch, which this closes once it is loaded, or nothing at the end. */
    protected abstract @Nullable ArrowRecordBatch next() throws InterruptedException;

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
            ArrowRecordBatch batch = next();
            if (batch == null) {
                return false;
            }
            loadRecordBatch(batch);
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
