package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Locale;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Reads the types of {@code CREATE TABLE}: DuckDB's names, Iceberg's types.
 *
 * @param formatVersion the format version of the table that the column is for
 */
public record IcebergTypes(int formatVersion) {
    private static final int MAX_PRECISION = 38;

    /**
     * Returns the type that holds every value of DuckDB's type, or refuses it as {@code UNSUPPORTED}.
     *
     * @param name DuckDB's own name of a type that nests nothing, such as {@code TIMESTAMP WITH TIME ZONE}
     * @param parameters what stands in parentheses behind it; a length of text is ignored, as DuckDB does
     */
    public Type primitive(String name, int... parameters) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "BOOLEAN" -> Types.BooleanType.get();
            case "TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT" -> Types.IntegerType.get();
            case "BIGINT", "UINTEGER" -> Types.LongType.get();
            case "UBIGINT" -> Types.DecimalType.of(20, 0);
            case "FLOAT" -> Types.FloatType.get();
            case "DOUBLE" -> Types.DoubleType.get();
            case "DECIMAL" -> decimal(parameters);
            case "VARCHAR", "JSON" -> Types.StringType.get();
            case "BLOB" -> Types.BinaryType.get();
            case "UUID" -> Types.UUIDType.get();
            case "DATE" -> Types.DateType.get();
            case "TIME" -> Types.TimeType.get();
            case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS" -> Types.TimestampType.withoutZone();
            case "TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ" -> Types.TimestampType.withZone();
            case "TIMESTAMP_NS" -> timestampNanos();
            default ->
                throw new EiderException(
                        ErrorCode.UNSUPPORTED, "Type %s cannot be stored in an Iceberg table".formatted(name));
        };
    }

    private static Type decimal(int... parameters) {
        int precision = parameters.length > 0 ? parameters[0] : 18;
        int defaultScale = parameters.length > 0 ? 0 : 3;
        int scale = parameters.length > 1 ? parameters[1] : defaultScale;
        if (precision < 1 || precision > MAX_PRECISION || scale < 0 || scale > precision) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "DECIMAL(%d, %d) is not possible: at most %d digits, of which no more than all are decimals"
                            .formatted(precision, scale, MAX_PRECISION));
        }
        return Types.DecimalType.of(precision, scale);
    }

    private Type timestampNanos() {
        if (formatVersion < 3) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "Type TIMESTAMP_NS needs a table of format version 3; this one has format version " + formatVersion
                            + ", which stores microseconds (TIMESTAMP)");
        }
        return Types.TimestampNanoType.withoutZone();
    }
}
