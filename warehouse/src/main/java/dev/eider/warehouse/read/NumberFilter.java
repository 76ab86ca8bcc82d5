package dev.eider.warehouse.read;

import dev.eider.warehouse.engine.ColumnCondition.Operator;
import dev.eider.warehouse.engine.SqlConstant;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Compares columns of numbers with constants as the engine would, in Iceberg's terms. Stateless. */
final class NumberFilter {
    /** Up to here, floating-point numbers hold every whole one. */
    private static final BigDecimal EXACT_IN_DOUBLE = new BigDecimal(1L << 53);

    /** Covers any rounding between a constant as it is written and as it is compared. */
    private static final int ROUNDINGS = 4;

    private NumberFilter() {}

    /** Returns what is true wherever the comparison of a column of whole numbers or decimals is. */
    static Optional<Expression> compareWhole(String name, Type type, Operator operator, SqlConstant constant) {
        Optional<Object> exact = exact(type, constant);
        if (exact.isPresent()) {
            return exact.map(value -> ColumnFilter.ordered(name, operator, value));
        }
        // Lies between two values that the column can have.
        Optional<BigDecimal> number = number(type, constant);
        return switch (operator) {
            case LESS, LESS_OR_EQUAL ->
                number.flatMap(value -> literal(type, value.setScale(scale(type), RoundingMode.FLOOR)))
                        .map(value -> Expressions.lessThanOrEqual(name, value));
            case GREATER, GREATER_OR_EQUAL ->
                number.flatMap(value -> literal(type, value.setScale(scale(type), RoundingMode.CEILING)))
                        .map(value -> Expressions.greaterThanOrEqual(name, value));
            case EQUAL, NOT_EQUAL -> Optional.empty();
        };
    }

    /** Returns the constant as a value of a column of whole numbers or decimals, if it is one. */
    static Optional<Object> exact(Type type, SqlConstant constant) {
        return number(type, constant)
                .filter(value -> value.stripTrailingZeros().scale() <= scale(type))
                .flatMap(value -> literal(type, value.setScale(scale(type), RoundingMode.UNNECESSARY)));
    }

    /**
     * Returns what is true wherever the comparison of a floating-point column is: bounds that are a little too wide, and
     * not-a-number, which the engine takes for the largest.
     */
    static Optional<Expression> compareFloating(String name, Type type, Operator operator, SqlConstant constant) {
        boolean single = type.typeId() == Type.TypeID.FLOAT;
        Optional<Double> value =
                switch (constant.kind()) {
                    case INTEGER, DECIMAL, DOUBLE -> Optional.of(Double.valueOf(constant.text()));
                    default -> Optional.empty();
                };
        return value.flatMap(number -> {
            double lower = number;
            double upper = number;
            for (int i = 0; i < ROUNDINGS; i++) {
                lower = single ? Math.nextDown((float) lower) : Math.nextDown(lower);
                upper = single ? Math.nextUp((float) upper) : Math.nextUp(upper);
            }
            return Double.isInfinite(lower) || Double.isInfinite(upper)
                    ? Optional.empty()
                    : between(name, operator, boxed(lower, single), boxed(upper, single));
        });
    }

    private static Object boxed(double value, boolean single) {
        return single ? (Object) (float) value : (Object) value;
    }

    private static Optional<Expression> between(String name, Operator operator, Object lower, Object upper) {
        return switch (operator) {
            case LESS, LESS_OR_EQUAL -> Optional.of(Expressions.lessThanOrEqual(name, upper));
            case GREATER, GREATER_OR_EQUAL ->
                Optional.of(Expressions.or(Expressions.greaterThanOrEqual(name, lower), Expressions.isNaN(name)));
            case EQUAL ->
                Optional.of(Expressions.and(
                        Expressions.greaterThanOrEqual(name, lower), Expressions.lessThanOrEqual(name, upper)));
            case NOT_EQUAL -> Optional.empty();
        };
    }

    /** Returns the number that the column is compared with, if the engine compares it as a number of its own kind. */
    private static Optional<BigDecimal> number(Type type, SqlConstant constant) {
        return switch (constant.kind()) {
            case INTEGER, DECIMAL -> Optional.of(new BigDecimal(constant.text()));
            // Here the engine makes the column's values floating-point, which small whole numbers survive.
            case DOUBLE ->
                Optional.of(new BigDecimal(constant.text()))
                        .filter(value -> type.typeId() != Type.TypeID.DECIMAL
                                && value.abs().compareTo(EXACT_IN_DOUBLE) < 0);
            case LITERAL -> ConstantText.number(constant, scale(type));
            default -> Optional.empty();
        };
    }

    private static int scale(Type type) {
        return type.typeId() == Type.TypeID.DECIMAL ? ((Types.DecimalType) type).scale() : 0;
    }

    private static Optional<Object> literal(Type type, BigDecimal value) {
        if (type.typeId() == Type.TypeID.DECIMAL) {
            return value.precision() <= 38 ? Optional.of(value) : Optional.empty();
        }
        boolean fits = value.toBigIntegerExact().bitLength() < Long.SIZE;
        return fits ? Optional.of(value.longValueExact()) : Optional.empty();
    }
}
