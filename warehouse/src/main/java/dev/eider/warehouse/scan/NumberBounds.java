package dev.eider.warehouse.scan;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.expressions.And;
import org.apache.iceberg.expressions.BoundLiteralPredicate;
import org.apache.iceberg.expressions.BoundReference;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expression.Operation;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Type.TypeID;
import org.jspecify.annotations.Nullable;

/**
 * Those conditions of a filter that compare whole numbers with a constant, looked up in the bounds of files without an
 * object for each. What they let through, Iceberg's evaluator decides. Confined to one thread.
 */
final class NumberBounds {
    private static final Set<TypeID> NUMBERS =
            EnumSet.of(TypeID.INTEGER, TypeID.LONG, TypeID.DATE, TypeID.TIME, TypeID.TIMESTAMP, TypeID.TIMESTAMP_NANO);
    private static final Set<Operation> COMPARISONS =
            EnumSet.of(Operation.EQ, Operation.LT, Operation.LT_EQ, Operation.GT, Operation.GT_EQ);

    private final List<Condition> conditions = new ArrayList<>();

    /** A comparison of a field, and what the manifest that was opened says about that field. */
    private static final class Condition {
        private final int field;
        private final int width;
        private final Operation operation;
        private final long constant;
        private @Nullable BytesColumn lower;
        private @Nullable BytesColumn upper;

        Condition(int field, Type type, Operation operation, long constant) {
            this.field = field;
            this.width = type.typeId() == TypeID.INTEGER || type.typeId() == TypeID.DATE ? Integer.BYTES : Long.BYTES;
            this.operation = operation;
            this.constant = constant;
        }

        void open(DataManifest manifest) {
            FieldMetrics metrics = manifest.metrics().get(field);
            // Bounds of another width are of the type that the field had before.
            lower = metrics == null || metrics.lower().width() != width ? null : metrics.lower();
            upper = metrics == null || metrics.upper().width() != width ? null : metrics.upper();
        }

        boolean excludes(int row) {
            return switch (operation) {
                case EQ -> isBelow(row, constant) || isAbove(row, constant);
                case LT -> isAbove(row, constant) || isLeast(row, constant);
                case LT_EQ -> isAbove(row, constant);
                case GT -> isBelow(row, constant) || isGreatest(row, constant);
                default -> isBelow(row, constant);
            };
        }

        /** Whether all values are known to be less. */
        private boolean isBelow(int row, long value) {
            BytesColumn bounds = upper;
            return bounds != null && !bounds.isMissing(row) && bounds.number(row) < value;
        }

        /** Whether all values are known to be greater. */
        private boolean isAbove(int row, long value) {
            BytesColumn bounds = lower;
            return bounds != null && !bounds.isMissing(row) && bounds.number(row) > value;
        }

        private boolean isLeast(int row, long value) {
            BytesColumn bounds = lower;
            return bounds != null && !bounds.isMissing(row) && bounds.number(row) == value;
        }

        private boolean isGreatest(int row, long value) {
            BytesColumn bounds = upper;
            return bounds != null && !bounds.isMissing(row) && bounds.number(row) == value;
        }
    }

    /**
     * Takes the conditions that a bound filter asks for together.
     *
     * @param filter without NOT
     */
    NumberBounds(Expression filter) {
        add(filter);
    }

    private void add(Expression filter) {
        if (filter instanceof And and) {
            add(and.left());
            add(and.right());
        } else if (filter instanceof BoundLiteralPredicate<?> predicate
                && COMPARISONS.contains(predicate.op())
                && predicate.term() instanceof BoundReference<?> reference
                && NUMBERS.contains(reference.type().typeId())
                && predicate.literal().value() instanceof Number constant) {
            conditions.add(new Condition(reference.fieldId(), reference.type(), predicate.op(), constant.longValue()));
        }
    }

    /** Goes to a manifest, whose files are then asked for. */
    void open(DataManifest manifest) {
        for (Condition condition : conditions) {
            condition.open(manifest);
        }
    }

    /** Returns whether a file, of the manifest that was opened, is known to hold no row that the filter lets through. */
    boolean exclude(int row) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.get(i).excludes(row)) {
                return true;
            }
        }
        return false;
    }
}
