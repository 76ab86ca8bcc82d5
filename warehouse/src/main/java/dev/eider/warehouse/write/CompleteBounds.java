package dev.eider.warehouse.write;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Metrics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Takes the bounds of a column away unless every row group that holds a value of it has its smallest and its largest.
 *
 * <p>Iceberg's reader of footers merges the row groups that have them. The engine leaves them out for a row group whose
 * smallest or largest text or binary is longer than 256 bytes without a short bound; what the others hold would exclude
 * its rows. Floating-point columns are measured instead. Stateless.
 */
final class CompleteBounds {
    private CompleteBounds() {}

    static Metrics of(Metrics merged, ParquetMetadata footer) {
        Set<Integer> incomplete = incomplete(footer);
        return incomplete.isEmpty()
                ? merged
                : new Metrics(
                        merged.recordCount(),
                        merged.columnSizes(),
                        merged.valueCounts(),
                        merged.nullValueCounts(),
                        merged.nanValueCounts(),
                        without(incomplete, merged.lowerBounds()),
                        without(incomplete, merged.upperBounds()));
    }

    private static Set<Integer> incomplete(ParquetMetadata footer) {
        Set<Integer> columns = new HashSet<>();
        for (BlockMetaData block : footer.getBlocks()) {
            for (ColumnChunkMetaData chunk : block.getColumns()) {
                Type.ID id = chunk.getPrimitiveType().getId();
                if (id != null && !isMeasured(chunk.getPrimitiveType()) && !isBounded(chunk)) {
                    columns.add(id.intValue());
                }
            }
        }
        return columns;
    }

    private static boolean isMeasured(PrimitiveType type) {
        return switch (type.getPrimitiveTypeName()) {
            case FLOAT, DOUBLE -> true;
            default -> false;
        };
    }

    private static boolean isBounded(ColumnChunkMetaData chunk) {
        Statistics<?> statistics = chunk.getStatistics();
        boolean onlyNulls = statistics.isNumNullsSet() && statistics.getNumNulls() == chunk.getValueCount();
        return onlyNulls || statistics.hasNonNullValue();
    }

    private static @Nullable Map<Integer, ByteBuffer> without(
            Set<Integer> columns, @Nullable Map<Integer, ByteBuffer> bounds) {
        if (bounds == null) {
            return null;
        }
        Map<Integer, ByteBuffer> left = new HashMap<>(bounds);
        left.keySet().removeAll(columns);
        return left;
    }
}
