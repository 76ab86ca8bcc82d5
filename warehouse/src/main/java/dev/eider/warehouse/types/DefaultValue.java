package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.util.ByteBuffers;
import org.jspecify.annotations.Nullable;

/** Writes the value that a table's column takes when a writer leaves it out. Stateless. */
final class DefaultValue {
    private DefaultValue() {}

    /** Returns the default of {@code column} as SQL, or NULL if it has none. */
    static String sql(NestedField column) {
        @Nullable Object value = column.writeDefault();
        if (value == null) {
            return "NULL";
        }
        return switch (column.type().typeId()) {
            case BOOLEAN, INTEGER, LONG -> value.toString();
            case FLOAT, DOUBLE, DECIMAL, STRING, UUID -> Sql.literal(value.toString());
            case DATE -> "make_date(" + value + ")";
            case TIME -> "CAST(make_timestamp(" + value + ") AS TIME)";
            case TIMESTAMP ->
                (((Types.TimestampType) column.type()).shouldAdjustToUTC() ? "make_timestamptz(" : "make_timestamp(")
                        + value + ")";
            case TIMESTAMP_NANO -> "make_timestamp_ns(" + value + ")";
            case BINARY, FIXED ->
                "unhex('" + HexFormat.of().formatHex(ByteBuffers.toByteArray((ByteBuffer) value)) + "')";
            default ->
                throw new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "The default of column %s has type %s, which is not supported"
                                .formatted(Sql.name(column.name()), column.type()));
        };
    }
}
