package dev.eider.warehouse.read;

import dev.eider.warehouse.engine.SqlText;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.BoundPredicate;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.ExpressionVisitors;
import org.apache.iceberg.expressions.ExpressionVisitors.ExpressionVisitor;
import org.apache.iceberg.transforms.Transforms;
import org.apache.iceberg.types.Type;

/** Writes a scan's filter for people, much like SQL. Stateless. */
final class FilterText extends ExpressionVisitor<String> {
    private static final int SHOWN_VALUES = 10;
    private static final Set<Type.TypeID> BARE = Set.of(
            Type.TypeID.BOOLEAN,
            Type.TypeID.INTEGER,
            Type.TypeID.LONG,
            Type.TypeID.FLOAT,
            Type.TypeID.DOUBLE,
            Type.TypeID.DECIMAL);

    private FilterText() {}

    /**
     * Returns the text of a filter, {@code none} for one that lets everything through.
     *
     * @param schema whose columns it names
     */
    static String of(Schema schema, Expression filter) {
        String text = ExpressionVisitors.visit(Binder.bind(schema.asStruct(), filter, true), new FilterText());
        return text.startsWith("(") ? text.substring(1, text.length() - 1) : text;
    }

    @Override
    public String alwaysTrue() {
        return "none";
    }

    @Override
    public String alwaysFalse() {
        return "nothing passes";
    }

    @Override
    public String not(String result) {
        return "NOT (" + result + ")";
    }

    @Override
    public String and(String left, String right) {
        return "(" + left + " AND " + right + ")";
    }

    @Override
    public String or(String left, String right) {
        return "(" + left + " OR " + right + ")";
    }

    @Override
    public <T> String predicate(BoundPredicate<T> predicate) {
        String name = predicate.ref().name();
        if (predicate.isUnaryPredicate()) {
            return name + " "
                    + switch (predicate.op()) {
                        case IS_NULL -> "IS NULL";
                        case NOT_NULL -> "IS NOT NULL";
                        case IS_NAN -> "IS NaN";
                        case NOT_NAN -> "IS NOT NaN";
                        default -> predicate.op().toString();
                    };
        }
        Type type = predicate.term().type();
        if (predicate.isSetPredicate()) {
            return name
                    + (predicate.op() == Expression.Operation.IN ? " IN " : " NOT IN ")
                    + values(type, List.copyOf(predicate.asSetPredicate().literalSet()));
        }
        return name + " " + operator(predicate.op()) + " "
                + value(type, predicate.asLiteralPredicate().literal().value());
    }

    private static String operator(Expression.Operation operation) {
        return switch (operation) {
            case LT -> "<";
            case LT_EQ -> "<=";
            case GT -> ">";
            case GT_EQ -> ">=";
            case EQ -> "=";
            case NOT_EQ -> "<>";
            case STARTS_WITH -> "STARTS WITH";
            case NOT_STARTS_WITH -> "DOES NOT START WITH";
            default -> operation.toString();
        };
    }

    private static <T> String values(Type type, List<T> values) {
        StringJoiner text = new StringJoiner(", ", "(", values.size() > SHOWN_VALUES ? ", …)" : ")");
        values.stream()
                .map(value -> value(type, value))
                .sorted()
                .limit(SHOWN_VALUES)
                .forEach(text::add);
        return values.size() > SHOWN_VALUES ? text + " of " + values.size() + " values" : text.toString();
    }

    private static <T> String value(Type type, T value) {
        String text = Transforms.<T>identity().toHumanString(type, value);
        return BARE.contains(type.typeId()) ? text : SqlText.quoteLiteral(text);
    }
}
