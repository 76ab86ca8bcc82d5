package dev.eider.cli.display;

import java.util.stream.Collectors;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** Names Arrow types in the words of SQL, as DuckDB prints them. Stateless. */
final class TypeName {
    private TypeName() {}

    /** Returns the SQL name of a column's type. */
    static String of(Field field) {
        if (field.getDictionary() != null) {
            return "enum";
        }
        String extension = field.getMetadata().getOrDefault("ARROW:extension:name", "");
        return switch (extension) {
            case "arrow.uuid" -> "uuid";
            case "arrow.json" -> "json";
            default -> plain(field);
        };
    }

    private static String plain(Field field) {
        ArrowType type = field.getType();
        return switch (type.getTypeID()) {
            case Null -> "null";
            case Bool -> "boolean";
            case Int -> integer((ArrowType.Int) type);
            case FloatingPoint -> floating((ArrowType.FloatingPoint) type);
            case Decimal -> decimal((ArrowType.Decimal) type);
            case Utf8, LargeUtf8, Utf8View -> "varchar";
            case Binary, LargeBinary, BinaryView, FixedSizeBinary -> "blob";
            case Date -> "date";
            case Time -> "time";
            case Timestamp ->
                ((ArrowType.Timestamp) type).getTimezone() == null ? "timestamp" : "timestamp with time zone";
            case Interval, Duration -> "interval";
            case List, LargeList, ListView, LargeListView ->
                of(field.getChildren().get(0)) + "[]";
            case FixedSizeList ->
                of(field.getChildren().get(0)) + "[" + ((ArrowType.FixedSizeList) type).getListSize() + "]";
            case Struct ->
                field.getChildren().stream()
                        .map(child -> child.getName() + " " + of(child))
                        .collect(Collectors.joining(", ", "struct(", ")"));
            case Map ->
                field.getChildren().get(0).getChildren().stream()
                        .map(TypeName::of)
                        .collect(Collectors.joining(", ", "map(", ")"));
            case Union -> "union";
            case RunEndEncoded -> of(field.getChildren().get(1));
            case NONE -> "unknown";
        };
    }

    private static String integer(ArrowType.Int type) {
        String signed =
                switch (type.getBitWidth()) {
                    case 8 -> "tinyint";
                    case 16 -> "smallint";
                    case 32 -> "integer";
                    default -> "bigint";
                };
        return type.getIsSigned() ? signed : "u" + signed;
    }

    private static String floating(ArrowType.FloatingPoint type) {
        return switch (type.getPrecision()) {
            case HALF -> "float16";
            case SINGLE -> "float";
            case DOUBLE -> "double";
        };
    }

    private static String decimal(ArrowType.Decimal type) {
        return "decimal(" + type.getPrecision() + "," + type.getScale() + ")";
    }

    /** Returns whether values of the column are dates or times, whose length is limited. */
    static boolean isTime(Field field) {
        return switch (field.getType().getTypeID()) {
            case Date, Time, Timestamp -> true;
            default -> false;
        };
    }

    /** Returns whether values of the column line up on the right, as numbers do. */
    static boolean isNumber(Field field) {
        if (field.getDictionary() != null) {
            return false;
        }
        return switch (field.getType().getTypeID()) {
            case Int, FloatingPoint, Decimal -> true;
            default -> false;
        };
    }
}
