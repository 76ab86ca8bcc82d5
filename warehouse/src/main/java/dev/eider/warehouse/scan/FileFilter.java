package dev.eider.warehouse.scan;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.expressions.ManifestEvaluator;
import org.apache.iceberg.expressions.Projections;
import org.apache.iceberg.types.Type;

/**
 * Decides which manifests and files can hold a row that a filter lets through. Confined to one thread.
 *
 * <p>Columns are found by field id: the specs may know them under other names than the schema that the filter is written
 * against.
 */
final class FileFilter {
    private final boolean letsAllThrough;
    private final Expression bound;
    private final InclusiveMetricsEvaluator metrics;
    private final MetricsCursor cursor;
    private final NumberBounds numbers;
    private final Map<Integer, PartitionFilter> partitionFilters = new HashMap<>();

    /** The filter as it is on the partitions of one spec. */
    private record PartitionFilter(ManifestEvaluator manifests, Evaluator partitions, boolean letsAllThrough) {}

    FileFilter(Schema schema, Expression filter) {
        Expression plain = Expressions.rewriteNot(filter);
        this.letsAllThrough = plain.op() == Expression.Operation.TRUE;
        this.bound = Binder.bind(schema.asStruct(), plain, true);
        this.metrics = new InclusiveMetricsEvaluator(schema, plain, true);
        this.cursor = new MetricsCursor(fields(schema, plain));
        this.numbers = new NumberBounds(bound);
    }

    private static Map<Integer, Type> fields(Schema schema, Expression filter) {
        Set<Integer> ids = Binder.boundReferences(schema.asStruct(), java.util.List.of(filter), true);
        Map<Integer, Type> fields = new HashMap<>();
        ids.forEach(id -> fields.put(id, schema.findType(id)));
        return fields;
    }

    boolean mayMatch(ManifestFile manifest, PartitionSpec spec) {
        return letsAllThrough || filter(spec).manifests().eval(manifest);
    }

    private PartitionFilter filter(PartitionSpec spec) {
        return partitionFilters.computeIfAbsent(spec.specId(), missing -> {
            Expression projected =
                    isKnown(spec) ? Projections.inclusive(spec, true).project(bound) : Expressions.alwaysTrue();
            return new PartitionFilter(
                    ManifestEvaluator.forPartitionFilter(projected, spec, true),
                    new Evaluator(spec.partitionType(), projected, true),
                    projected.op() == Expression.Operation.TRUE);
        });
    }

    /** The type of a column that was dropped since is no longer known: its values cannot be compared with a filter's. */
    private static boolean isKnown(PartitionSpec spec) {
        return spec.partitionType().fields().stream()
                .noneMatch(field -> field.type().typeId() == Type.TypeID.UNKNOWN);
    }

    /** Returns for each distinct partition of a manifest whether its files may match. */
    boolean[] partitions(DataManifest manifest, PartitionSpec spec) {
        boolean[] mayMatch = new boolean[manifest.partitions().size()];
        PartitionFilter filter = letsAllThrough ? null : filter(spec);
        for (int i = 0; i < mayMatch.length; i++) {
            StructLike partition = manifest.partitions().get(i);
            mayMatch[i] = filter == null
                    || filter.letsAllThrough()
                    || filter.partitions().eval(partition);
        }
        return mayMatch;
    }

    /** Goes to a manifest, whose files are then asked for. */
    void open(DataManifest manifest) {
        cursor.open(manifest);
        numbers.open(manifest);
    }

    /** Returns whether the metrics of a file, of the manifest that was opened, allow for a match. */
    boolean mayMatch(DataManifest manifest, int row) {
        if (letsAllThrough) {
            return true;
        }
        if (numbers.exclude(row)) {
            return false;
        }
        cursor.moveTo(manifest, row);
        try {
            return metrics.eval(cursor);
        } catch (RuntimeIOException unreadable) {
            // Somebody wrote text that is not UTF-8: this bound says nothing.
            return true;
        }
    }
}
