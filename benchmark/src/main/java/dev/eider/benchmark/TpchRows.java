package dev.eider.benchmark;

import io.trino.tpch.TpchColumn;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** The rows of a table of TPC-H as Arrow batches, with the types that the specification asks for. */
final class TpchRows<E extends TpchEntity> extends ArrowReader {
    private static final int BATCH_ROWS = 65_536;

    private final List<TpchColumn<E>> columns;
    private final Iterator<E> rows;

    TpchRows(TpchTable<E> table, double scaleFactor, BufferAllocator allocator) {
        super(allocator);
        this.columns = table.getColumns();
        this.rows = table.createGenerator(scaleFactor, 1, 1).iterator();
    }

    @Override
    protected Schema readSchema() {
        return new Schema(columns.stream()
                .map(column -> Field.nullable(column.getColumnName(), type(column)))
                .toList());
    }

    private static ArrowType type(TpchColumn<?> column) {
        return switch (column.getType().getBase()) {
            case INTEGER -> new ArrowType.Int(32, true);
            case IDENTIFIER -> new ArrowType.Int(64, true);
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case DOUBLE -> new ArrowType.Decimal(15, 2, 128);
            case VARCHAR -> ArrowType.Utf8.INSTANCE;
        };
    }

    @Override
    public boolean loadNextBatch() throws IOException {
        prepareLoadNextBatch();
        if (!rows.hasNext()) {
            return false;
        }
        VectorSchemaRoot root = getVectorSchemaRoot();
        root.allocateNew();
        int row = 0;
        for (; row < BATCH_ROWS && rows.hasNext(); row++) {
            E entity = rows.next();
            for (int column = 0; column < columns.size(); column++) {
                set(root.getVector(column), row, columns.get(column), entity);
            }
        }
        root.setRowCount(row);
        return true;
    }

    private void set(FieldVector vector, int row, TpchColumn<E> column, E entity) {
        switch (column.getType().getBase()) {
            case INTEGER -> ((IntVector) vector).setSafe(row, column.getInteger(entity));
            case IDENTIFIER -> ((BigIntVector) vector).setSafe(row, column.getIdentifier(entity));
            case DATE -> ((DateDayVector) vector).setSafe(row, column.getDate(entity));
            // The generator divides hundredths by 100.
            case DOUBLE -> ((DecimalVector) vector).setSafe(row, Math.round(column.getDouble(entity) * 100));
            case VARCHAR ->
                ((VarCharVector) vector).setSafe(row, column.getString(entity).getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public long bytesRead() {
        return 0;
    }

    @Override
    protected void closeReadSource() {}
}
