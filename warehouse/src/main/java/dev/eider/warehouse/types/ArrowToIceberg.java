package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Gives a table that is created by its first rows the columns that hold those rows faithfully.
 *
 * <p>Not thread-safe; one instance numbers the fields of one schema.
 */
public final class ArrowToIceberg {
    private final DictionaryProvider dictionaries;
    private int lastId;

    private ArrowToIceberg(DictionaryProvider dictionaries) {
        this.dictionaries = dictionaries;
    }

    /** Returns the columns for {@code rows}, none of which may be dictionary-encoded. */
    public static Schema schema(org.apache.arrow.vector.types.pojo.Schema rows) {
        return schema(rows, new MapDictionaryProvider());
    }

    /**
     * Returns the columns for {@code rows}, required where Arrow says not nullable. Field ids are numbered from 1.
     *
     * <p>Refuses, naming the column, what Iceberg has no faithful type for.
     */
    public static Schema schema(org.apache.arrow.vector.types.pojo.Schema rows, DictionaryProvider dictionaries) {
        SchemaLimits.check(rows.getFields());
        ArrowToIceberg table = new ArrowToIceberg(dictionaries);
        List<NestedField> columns = new ArrayList<>();
        for (Field field : rows.getFields()) {
            columns.add(table.column(ArrowColumn.of(field.getName(), field, dictionaries)));
        }
        return new Schema(columns);
    }

    private NestedField column(ArrowColumn column) {
        int id = ++lastId;
        String name = column.field().getName();
        return column.field().isNullable()
                ? NestedField.optional(id, name, type(column))
                : NestedField.required(id, name, type(column));
    }

    private Type type(ArrowColumn column) {
        ArrowType type = column.type();
        return switch (type.getTypeID()) {
            case Bool -> Types.BooleanType.get();
            case Int -> integer((ArrowType.Int) type);
            case FloatingPoint -> floatingPoint(column, (ArrowType.FloatingPoint) type);
            case Decimal -> decimal(column, (ArrowType.Decimal) type);
            case Utf8, LargeUtf8, Utf8View -> Types.StringType.get();
            case Binary, LargeBinary, BinaryView -> Types.BinaryType.get();
            case FixedSizeBinary -> fixed(column, (ArrowType.FixedSizeBinary) type);
            case Date -> Types.DateType.get();
            case Time -> Types.TimeType.get();
            case Timestamp ->
                ((ArrowType.Timestamp) type).getTimezone() == null
                        ? Types.TimestampType.withoutZone()
                        : Types.TimestampType.withZone();
            case List, LargeList, FixedSizeList -> list(column);
            case Map -> map(column);
            case Struct -> struct(column);
            default -> throw unsupported(column);
        };
    }

    private static Type integer(ArrowType.Int type) {
        if (!type.getIsSigned() && type.getBitWidth() == 64) {
            return Types.DecimalType.of(20, 0);
        }
        boolean fitsInt = type.getBitWidth() < 32 || (type.getBitWidth() == 32 && type.getIsSigned());
        return fitsInt ? Types.IntegerType.get() : Types.LongType.get();
    }

    private static Type floatingPoint(ArrowColumn column, ArrowType.FloatingPoint type) {
        if (type.getPrecision() == FloatingPointPrecision.HALF) {
            throw unsupported(column);
        }
        return type.getPrecision() == FloatingPointPrecision.SINGLE ? Types.FloatType.get() : Types.DoubleType.get();
    }

    private static Type decimal(ArrowColumn column, ArrowType.Decimal type) {
        if (!Decimals.isStorable(type)) {
            throw unsupported(column);
        }
        return Types.DecimalType.of(type.getPrecision(), type.getScale());
    }

    private static Type fixed(ArrowColumn column, ArrowType.FixedSizeBinary type) {
        if (column.isUuid()) {
            return Types.UUIDType.get();
        }
        if (type.getByteWidth() < 1) {
            throw unsupported(column);
        }
        return Types.FixedType.ofLength(type.getByteWidth());
    }

    private Type list(ArrowColumn column) {
        int id = ++lastId;
        require(column, column.isList());
        ArrowColumn element = column.child(0, "element", dictionaries);
        return element.field().isNullable()
                ? Types.ListType.ofOptional(id, type(element))
                : Types.ListType.ofRequired(id, type(element));
    }

    private Type map(ArrowColumn column) {
        require(column, column.isMap());
        Field entries = column.children().get(0);
        int keyId = ++lastId;
        int valueId = ++lastId;
        Type key = type(
                ArrowColumn.of(column.path() + ".key", entries.getChildren().get(0), dictionaries));
        ArrowColumn value =
                ArrowColumn.of(column.path() + ".value", entries.getChildren().get(1), dictionaries);
        return value.field().isNullable()
                ? Types.MapType.ofOptional(keyId, valueId, key, type(value))
                : Types.MapType.ofRequired(keyId, valueId, key, type(value));
    }

    private Type struct(ArrowColumn column) {
        if (column.children().isEmpty()) {
            throw unsupported(column);
        }
        SchemaLimits.checkNames(column.children(), column.path());
        List<NestedField> fields = new ArrayList<>();
        for (int i = 0; i < column.children().size(); i++) {
            fields.add(column(column.child(i, column.children().get(i).getName(), dictionaries)));
        }
        return Types.StructType.of(fields);
    }

    private static void require(ArrowColumn column, boolean readable) {
        if (!readable) {
            throw unsupported(column);
        }
    }

    private static EiderException unsupported(ArrowColumn column) {
        return new EiderException(
                ErrorCode.UNSUPPORTED,
                "Column %s has Arrow type %s, which cannot be stored in an Iceberg table"
                        .formatted(Sql.name(column.path()), column.typeText()));
    }
}
