package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Foretells the Arrow schema that DuckDB gives to the rows of a table, so that a reader can be told it without reading.
 *
 * <p>DuckDB says of every column that it may be NULL, and hands out UUIDs as text. Stateless.
 */
public final class IcebergToArrow {
    /** The key in the metadata of a field or schema that says why it cannot be read. */
    public static final String UNREADABLE = "eider:unreadable";

    private IcebergToArrow() {}

    /**
     * Returns the schema of a query for all columns of {@code table}, in a session whose time zone is UTC. A column that
     * cannot be read has the type Null, and metadata that says why.
     */
    public static Schema schema(org.apache.iceberg.Schema table) {
        return new Schema(table.columns().stream().map(IcebergToArrow::column).toList());
    }

    private static Field column(NestedField column) {
        try {
            return field(column, column.name());
        } catch (EiderException unsupported) {
            FieldType none = new FieldType(true, ArrowType.Null.INSTANCE, null, Map.of(UNREADABLE, unsupported.text()));
            return new Field(column.name(), none, List.of());
        }
    }

    private static Field field(NestedField field, String name) {
        Type type = field.type();
        List<Field> children =
                switch (type.typeId()) {
                    case STRUCT ->
                        type.asStructType().fields().stream()
                                .map(child -> field(child, child.name()))
                                .toList();
                    case LIST -> List.of(field(type.asListType().fields().get(0), "l"));
                    case MAP -> List.of(entries(type.asMapType()));
                    default -> List.of();
                };
        return new Field(name, FieldType.nullable(arrow(type)), children);
    }

    private static Field entries(Types.MapType type) {
        Field value = field(type.fields().get(1), "value");
        Field key = field(type.fields().get(0), "key");
        Field requiredKey = new Field("key", FieldType.notNullable(key.getType()), key.getChildren());
        return new Field("entries", FieldType.notNullable(new ArrowType.Struct()), List.of(requiredKey, value));
    }

    private static ArrowType arrow(Type type) {
        return switch (type.typeId()) {
            case BOOLEAN -> new ArrowType.Bool();
            case INTEGER -> new ArrowType.Int(32, true);
            case LONG -> new ArrowType.Int(64, true);
            case FLOAT -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
            case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case DECIMAL ->
                new ArrowType.Decimal(((Types.DecimalType) type).precision(), ((Types.DecimalType) type).scale(), 128);
            case STRING, UUID -> new ArrowType.Utf8();
            case BINARY, FIXED -> new ArrowType.Binary();
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
            case TIMESTAMP ->
                new ArrowType.Timestamp(
                        TimeUnit.MICROSECOND, ((Types.TimestampType) type).shouldAdjustToUTC() ? "UTC" : null);
            case TIMESTAMP_NANO -> timestampNanos((Types.TimestampNanoType) type);
            case STRUCT -> new ArrowType.Struct();
            case LIST -> new ArrowType.List();
            case MAP -> new ArrowType.Map(false);
            default -> throw unsupported(type);
        };
    }

    private static ArrowType timestampNanos(Types.TimestampNanoType type) {
        if (type.shouldAdjustToUTC()) {
            throw unsupported(type);
        }
        return new ArrowType.Timestamp(TimeUnit.NANOSECOND, null);
    }

    private static EiderException unsupported(Type type) {
        return new EiderException(ErrorCode.UNSUPPORTED, "Iceberg type " + type + " is not supported");
    }
}
