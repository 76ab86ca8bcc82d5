package dev.eider.warehouse.write;

import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/** Reads batches that somebody else holds, and leaves them to their holder: they may be read again. */
final class HeldReader extends BatchReader {
    private final Iterator<ArrowRecordBatch> batches;

    HeldReader(
            BufferAllocator allocator, Schema schema, DictionarySnapshot dictionaries, List<ArrowRecordBatch> batches) {
        super(allocator, schema, dictionaries);
        this.batches = batches.iterator();
    }

    @Override
    protected @Nullable ArrowRecordBatch next() {
        return batches.hasNext() ? shared(batches.next()) : null;
    }

    /** Returns the same buffers under references of their own. */
    static ArrowRecordBatch shared(ArrowRecordBatch batch) {
        return new ArrowRecordBatch(
                batch.getLength(),
                batch.getNodes(),
                batch.getBuffers(),
                NoCompressionCodec.DEFAULT_BODY_COMPRESSION,
                batch.getVariadicBufferCounts(),
                true,
                true);
    }
}
