package dev.eider.warehouse.scan;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.PartitionField;
import org.apache.iceberg.PartitionSpec;
import org.jspecify.annotations.Nullable;

/**
 * Finds the identity partition columns that a file may leave out, as files of Hive tables do: the partition has their
 * value. Stateless.
 *
 * <p>A count of values comes from the file itself, so that a column with values counted is in the file.
 */
public final class IdentityColumns {
    private IdentityColumns() {}

    /** Returns the identity source columns of a spec that a file counts no values of. */
    public static Set<Integer> uncounted(PartitionSpec spec, ContentFile<?> file) {
        Map<Integer, Long> counts = file.valueCounts();
        return uncounted(spec, id -> counts == null ? null : counts.get(id));
    }

    /**
     * Returns the identity source columns of a spec that a file counts no values of.
     *
     * @param valueCounts by field id: null or negative where the file says nothing
     */
    static Set<Integer> uncounted(PartitionSpec spec, IntFunction<@Nullable Long> valueCounts) {
        Set<Integer> uncounted = Set.of();
        for (PartitionField field : spec.fields()) {
            if (field.transform().isIdentity()) {
                Long count = valueCounts.apply(field.sourceId());
                if (count == null || count <= 0) {
                    uncounted = uncounted.isEmpty() ? new HashSet<>() : uncounted;
                    uncounted.add(field.sourceId());
                }
            }
        }
        return uncounted;
    }
}
