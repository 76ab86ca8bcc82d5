package dev.eider.warehouse.write;

import java.time.Duration;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the engine reads while it writes one run of data files: the queued batches, up to the end of a step, a lull, or
 * a change of dictionaries.
 */
final class QueueReader extends BatchReader {
    private static final Duration LULL = Duration.ofMillis(200);

    private final BatchQueue queue;
    private final WriteStep step;
    private final DictionarySnapshot current;

    QueueReader(BufferAllocator allocator, BatchQueue queue, Schema schema, WriteStep step) {
        this(allocator, queue, schema, step, queue.nextDictionaries());
    }

    private QueueReader(
            BufferAllocator allocator,
            BatchQueue queue,
            Schema schema,
            WriteStep step,
            DictionarySnapshot dictionaries) {
        super(allocator, schema, dictionaries);
        this.queue = queue;
        this.step = step;
        this.current = dictionaries;
    }

    @Override
    protected @Nullable ArrowRecordBatch next() throws InterruptedException {
        if (step.isComplete()) {
            return null;
        }
        BatchQueue.Item item = queue.take(current, step.deadlineWithin(LULL));
        if (item == null) {
            return null;
        }
        step.count(item.batch().getLength(), item.arrivedNanos());
        return item.batch();
    }
}
