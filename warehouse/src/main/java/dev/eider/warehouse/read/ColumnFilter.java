package dev.eider.warehouse.read;

import dev.eider.warehouse.engine.ColumnCondition.Operator;
import dev.eider.warehouse.engine.SqlConstant;
import dev.eider.warehouse.engine.SqlConstant.Kind;
import java.time.Duration;
import java.util.Optional;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Compares one column with one constant as the engine would, in Iceberg's terms; where the engine would convert the
 * column to another type, or the constant with a loss, the result is weaker or nothing. Stateless.
 */
final class ColumnFilter {
    private static final long MICROS_OF_DAY = Duration.ofDays(1).toNanos() / 1_000;

    private ColumnFilter() {}

    /** Returns what is true wherever the comparison is. */
    static Optional<Expression> compare(ColumnNames.Column column, Operator operator, SqlConstant constant) {
        String name = column.name();
        Type type = column.type();
        return switch (type.typeId()) {
            case INTEGER, LONG, DECIMAL -> NumberFilter.compareWhole(name, type, operator, constant);
            case FLOAT, DOUBLE -> NumberFilter.compareFloating(name, type, operator, constant);
            case DATE ->
                constant.kind() == Kind.TIMESTAMP
                        ? day(name, operator, constant)
                        : exact(type, constant).map(value -> ordered(name, operator, value));
            case BOOLEAN, UUID ->
                operator == Operator.EQUAL
                        ? exact(type, constant).map(value -> Expressions.equal(name, value))
                        : Optional.empty();
            default -> exact(type, constant).map(value -> ordered(name, operator, value));
        };
    }

    /** Returns the constant as a value of the column's type, if the engine compares exactly this value. */
    static Optional<Object> exact(Type type, SqlConstant constant) {
        Optional<?> value =
                switch (type.typeId()) {
                    case INTEGER, LONG, DECIMAL -> NumberFilter.exact(type, constant);
                    case BOOLEAN ->
                        Optional.of(constant.text())
                                .filter(text -> constant.kind() == Kind.BOOLEAN)
                                .map(Boolean::valueOf);
                    case STRING -> Optional.of(constant.text()).filter(text -> ConstantText.isText(constant));
                    case UUID -> ConstantText.uuid(constant);
                    case DATE -> ConstantText.days(constant);
                    case TIME -> ConstantText.timeMicros(constant);
                    case TIMESTAMP -> ConstantText.micros(constant, ((Types.TimestampType) type).shouldAdjustToUTC());
                    default -> Optional.empty();
                };
        return value.map(Object.class::cast);
    }

    /** The engine takes a day for its first moment. */
    private static Optional<Expression> day(String name, Operator operator, SqlConstant constant) {
        Optional<Long> micros = ConstantText.micros(constant, false);
        if (micros.isEmpty()) {
            return Optional.empty();
        }
        int day = (int) Math.floorDiv(micros.get(), MICROS_OF_DAY);
        boolean first = Math.floorMod(micros.get(), MICROS_OF_DAY) == 0;
        return switch (operator) {
            case LESS, LESS_OR_EQUAL -> Optional.of(Expressions.lessThanOrEqual(name, day));
            case GREATER, GREATER_OR_EQUAL -> Optional.of(Expressions.greaterThanOrEqual(name, day));
            case EQUAL -> first ? Optional.of(Expressions.equal(name, day)) : Optional.empty();
            case NOT_EQUAL -> Optional.empty();
        };
    }

    /** Compares in the order of the column's own type. */
    static Expression ordered(String name, Operator operator, Object value) {
        return switch (operator) {
            case EQUAL -> Expressions.equal(name, value);
            case NOT_EQUAL -> Expressions.notEqual(name, value);
            case LESS -> Expressions.lessThan(name, value);
            case LESS_OR_EQUAL -> Expressions.lessThanOrEqual(name, value);
            case GREATER -> Expressions.greaterThan(name, value);
            case GREATER_OR_EQUAL -> Expressions.greaterThanOrEqual(name, value);
        };
    }
}
