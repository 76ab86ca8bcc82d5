package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/** Writes Iceberg's types as DuckDB's SQL. Stateless. */
public final class DuckDbTypes {
    private DuckDbTypes() {}

    /**
     * Returns the SQL type whose values, written to Parquet by DuckDB, are read back as {@code type}. Casting an
     * expression to it is what assigning to such a column means.
     */
    public static String of(Type type) {
        return switch (type.typeId()) {
            case BOOLEAN -> "BOOLEAN";
            case INTEGER -> "INTEGER";
            case LONG -> "BIGINT";
            case FLOAT -> "FLOAT";
            case DOUBLE -> "DOUBLE";
            case DECIMAL -> decimal((Types.DecimalType) type);
            case STRING -> "VARCHAR";
            case BINARY, FIXED -> "BLOB";
            case UUID -> "UUID";
            case DATE -> "DATE";
            case TIME -> "TIME";
            case TIMESTAMP -> ((Types.TimestampType) type).shouldAdjustToUTC() ? "TIMESTAMPTZ" : "TIMESTAMP";
            case TIMESTAMP_NANO -> timestampNanos((Types.TimestampNanoType) type);
            case STRUCT -> struct(((Types.StructType) type).fields());
            case LIST -> of(((Types.ListType) type).elementType()) + "[]";
            case MAP ->
                "MAP(" + of(((Types.MapType) type).keyType()) + ", " + of(((Types.MapType) type).valueType()) + ")";
            default -> throw unsupported(type);
        };
    }

    /** Returns the SQL type as a listing shows it: one that cannot be read is shown all the same. */
    public static String shown(Type type) {
        try {
            return of(type);
        } catch (EiderException unsupported) {
            return type.toString();
        }
    }

    /**
     * Returns the value of {@code COPY}'s option {@code FIELD_IDS} for a file of this table: every field with its id,
     * nested ones included. Take {@code schema} from the table itself, since creating a table numbers its fields anew.
     */
    public static String fieldIds(Schema schema) {
        return schema.columns().stream()
                .map(column -> Sql.name(column.name()) + ": " + fieldId(column))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String fieldId(NestedField field) {
        Type type = field.type();
        if (type.isPrimitiveType()) {
            return Integer.toString(field.fieldId());
        }
        boolean named = type.isStructType();
        return type.asNestedType().fields().stream()
                .map(child -> (named ? Sql.name(child.name()) : child.name()) + ": " + fieldId(child))
                .collect(Collectors.joining(", ", "{__duckdb_field_id: " + field.fieldId() + ", ", "}"));
    }

    private static String decimal(Types.DecimalType type) {
        return "DECIMAL(" + type.precision() + "," + type.scale() + ")";
    }

    private static String timestampNanos(Types.TimestampNanoType type) {
        if (type.shouldAdjustToUTC()) {
            throw unsupported(type);
        }
        return "TIMESTAMP_NS";
    }

    private static String struct(List<NestedField> fields) {
        return fields.stream()
                .map(field -> Sql.name(field.name()) + " " + of(field.type()))
                .collect(Collectors.joining(", ", "STRUCT(", ")"));
    }

    private static EiderException unsupported(Type type) {
        return new EiderException(ErrorCode.UNSUPPORTED, "Iceberg type " + type + " is not supported");
    }
}
