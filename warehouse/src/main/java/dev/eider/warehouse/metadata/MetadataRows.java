package dev.eider.warehouse.metadata;

import java.util.List;
import java.util.function.Supplier;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.CloseableIterable;

/**
 * The columns of a metadata table, and its rows when they are asked for. Immutable.
 *
 * @param rows in Iceberg's internal representation of values, in the order of the columns; read once
 */
record MetadataRows(Schema schema, Supplier<CloseableIterable<StructLike>> rows) {

    /** One row of values. */
    record Row(List<?> values) implements StructLike {
        @Override
        public int size() {
            return values.size();
        }

        @Override
        public <T> T get(int position, Class<T> type) {
            return type.cast(values.get(position));
        }

        @Override
        public <T> void set(int position, T value) {
            throw new UnsupportedOperationException("Rows of metadata are not changed");
        }
    }
}
