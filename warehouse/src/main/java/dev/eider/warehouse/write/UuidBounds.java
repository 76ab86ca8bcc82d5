package dev.eider.warehouse.write;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Makes the bounds of UUID columns hold in both orders that readers go by.
 *
 * <p>The Iceberg specification orders UUIDs by their unsigned bytes, as Parquet does. Iceberg's Java library (1.12), and
 * with it Spark and Trino, takes each half for a signed number, and would prune files that hold the wanted row. The
 * orders agree where all first halves have one sign, as those of time-ordered UUIDs do; the bounds are moved apart by one
 * in the first half, so that the second halves never decide. Otherwise there are no bounds. Stateless.
 */
final class UuidBounds {
    private UuidBounds() {}

    static Metrics of(Metrics metrics, Schema schema) {
        Map<Integer, ByteBuffer> lowerBounds = metrics.lowerBounds();
        Map<Integer, ByteBuffer> upperBounds = metrics.upperBounds();
        if (lowerBounds == null || upperBounds == null) {
            return metrics;
        }
        Map<Integer, ByteBuffer> lower = new HashMap<>(lowerBounds);
        Map<Integer, ByteBuffer> upper = new HashMap<>(upperBounds);
        for (Integer id : lowerBounds.keySet()) {
            Types.NestedField field = schema.findField(id);
            if (field != null && field.type().typeId() == Type.TypeID.UUID) {
                widen(id, lower, upper);
            }
        }
        return new Metrics(
                metrics.recordCount(),
                metrics.columnSizes(),
                metrics.valueCounts(),
                metrics.nullValueCounts(),
                metrics.nanValueCounts(),
                lower,
                upper);
    }

    private static void widen(Integer id, Map<Integer, ByteBuffer> lower, Map<Integer, ByteBuffer> upper) {
        ByteBuffer smallest = lower.remove(id);
        ByteBuffer largest = upper.remove(id);
        if (smallest == null || largest == null) {
            return;
        }
        UUID least = Conversions.fromByteBuffer(Types.UUIDType.get(), smallest);
        UUID most = Conversions.fromByteBuffer(Types.UUIDType.get(), largest);
        long before = least.getMostSignificantBits() - 1;
        long after = most.getMostSignificantBits() + 1;
        boolean agree = Long.signum(before | 1) == Long.signum(after | 1)
                && Long.signum(before | 1) == Long.signum(least.getMostSignificantBits() | 1)
                && Long.signum(after | 1) == Long.signum(most.getMostSignificantBits() | 1);
        if (agree) {
            lower.put(id, Conversions.toByteBuffer(Types.UUIDType.get(), new UUID(before, 0)));
            upper.put(id, Conversions.toByteBuffer(Types.UUIDType.get(), new UUID(after, 0)));
        }
    }
}
