package dev.eider.warehouse.metadata;

import dev.eider.warehouse.types.IcebergToArrow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.CloseableIterator;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Rows of metadata as Arrow batches, made while they are read, so that a table of many files takes no more memory than
 * one of few.
 *
 * <p>The engine calls it from threads of its own, one at a time. What it throws reaches the engine as text only: {@link
 * #failure()} keeps the real thing.
 */
final class StructReader extends ArrowReader {
    /** A row that describes a file can take some kilobytes. */
    private static final int BATCH_ROWS = 1_024;

    private final MetadataRows source;
    private final List<NestedField> columns;
    private @Nullable CloseableIterator<StructLike> rows;
    private volatile @Nullable Throwable failure;

    StructReader(BufferAllocator allocator, MetadataRows source) {
        super(allocator);
        this.source = source;
        this.columns = source.schema().columns();
    }

    /** Returns what went wrong while the engine was reading, if anything did. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        try {
            prepareLoadNextBatch();
            VectorSchemaRoot root = getVectorSchemaRoot();
            root.allocateNew();
            int count = 0;
            CloseableIterator<StructLike> from = rows();
            while (count < BATCH_ROWS && from.hasNext()) {
                fill(root, count++, from.next());
            }
            root.setRowCount(count);
            return count > 0;
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    private CloseableIterator<StructLike> rows() {
        CloseableIterator<StructLike> started = rows;
        if (started == null) {
            started = source.rows().get().iterator();
            rows = started;
        }
        return started;
    }

    private void fill(VectorSchemaRoot root, int index, StructLike row) {
        for (int i = 0; i < columns.size(); i++) {
            FieldVector vector = root.getVector(i);
            ArrowCells.set(
                    vector, index, row.get(i, Object.class), columns.get(i).type());
        }
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {
        try {
            if (rows != null) {
                rows.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected Schema readSchema() {
        return IcebergToArrow.schema(source.schema());
    }
}
