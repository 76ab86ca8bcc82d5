package dev.eider.benchmark;

import java.io.IOException;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/** The rows of one append: one batch of the sample columns, whose ids count from a number of its own. */
final class NumberedRows extends ArrowReader {
    private final long firstId;
    private final int rows;
    private boolean taken;

    NumberedRows(BufferAllocator allocator, long firstId, int rows) {
        super(allocator);
        this.firstId = firstId;
        this.rows = rows;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        if (taken) {
            return false;
        }
        taken = true;
        VectorSchemaRoot root = getVectorSchemaRoot();
        root.allocateNew();
        SampleBatches.fill(root, firstId, rows, new SplittableRandom(firstId));
        return true;
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {}

    @Override
    protected Schema readSchema() {
        return SampleBatches.schema();
    }
}
