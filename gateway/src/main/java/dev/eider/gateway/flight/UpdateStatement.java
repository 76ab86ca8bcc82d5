package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.read.QueryRun;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.statement.UpdateResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** A statement that changes something when it runs. Immutable. */
record UpdateStatement(Warehouse warehouse, SqlStatement.Update update) implements Statement {
    private static final String COUNT = "count";
    /** What was done to which table: clients that print answers may print this instead of a count. */
    private static final String ACTION = "eider.statement";

    /** Runs it, and returns what it did. */
    UpdateResult execute(Cancellation cancellation) {
        return warehouse.execute(update, cancellation);
    }

    @Override
    public Schema schema(Cancellation cancellation) {
        return schema();
    }

    private Schema schema() {
        Field count = Field.notNullable(COUNT, new ArrowType.Int(Long.SIZE, true));
        return new Schema(List.of(count), Map.of(ACTION, update.action()));
    }

    @Override
    public String ticket() {
        return update.sql();
    }

    @Override
    public boolean isSmall(Cancellation cancellation) {
        return false;
    }

    @Override
    public QueryRun run(BufferAllocator allocator, Cancellation cancellation) {
        return new CountRun(
                new CountReader(allocator, schema(), execute(cancellation).rows()));
    }

    private record CountRun(CountReader reader) implements QueryRun {
        @Override
        public EiderException failure(Throwable error) {
            return new EiderException(ErrorCode.INTERNAL, "The count of changed rows cannot be sent", error);
        }

        @Override
        public void cancel() {}

        @Override
        public void close() {
            try {
                reader.close();
            } catch (IOException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
    }

    private static final class CountReader extends ArrowReader {
        private final Schema schema;
        private final long count;
        private boolean read;

        CountReader(BufferAllocator allocator, Schema schema, long count) {
            super(allocator);
            this.schema = schema;
            this.count = count;
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            prepareLoadNextBatch();
            if (read) {
                return false;
            }
            read = true;
            ((BigIntVector) getVectorSchemaRoot().getVector(COUNT)).setSafe(0, count);
            getVectorSchemaRoot().setRowCount(1);
            return true;
        }

        @Override
        protected Schema readSchema() {
            return schema;
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected void closeReadSource() {}
    }
}
