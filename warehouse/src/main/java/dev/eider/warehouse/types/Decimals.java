package dev.eider.warehouse.types;

import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.iceberg.types.Types;

/** Which numbers a decimal column holds without losing a digit. */
final class Decimals {
    private Decimals() {}

    /** Returns whether Iceberg and DuckDB have this decimal type. */
    static boolean isStorable(ArrowType.Decimal type) {
        return type.getBitWidth() == 128
                && type.getPrecision() >= 1
                && type.getPrecision() <= 38
                && type.getScale() >= 0
                && type.getScale() <= type.getPrecision();
    }

    /** Returns whether every value of {@code source} is one of {@code target}. */
    static boolean fits(ArrowType source, Types.DecimalType target) {
        int integerDigits = target.precision() - target.scale();
        if (source instanceof ArrowType.Int integer) {
            return digits(integer) <= integerDigits;
        }
        return source instanceof ArrowType.Decimal decimal
                && isStorable(decimal)
                && decimal.getScale() <= target.scale()
                && decimal.getPrecision() - decimal.getScale() <= integerDigits;
    }

    private static int digits(ArrowType.Int type) {
        return switch (type.getBitWidth()) {
            case 8 -> 3;
            case 16 -> 5;
            case 32 -> 10;
            default -> type.getIsSigned() ? 19 : 20;
        };
    }
}
