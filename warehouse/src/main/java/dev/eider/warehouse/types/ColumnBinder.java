package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.ArrowType.ArrowTypeID;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Fits one column of incoming rows into one of the table, or says why it does not.
 *
 * @param dictionaries resolves dictionary-encoded fields
 * @param table the table's name, for messages
 */
record ColumnBinder(DictionaryProvider dictionaries, String table) {

    /** How a field fits: as what DuckDB is shown it, what DuckDB makes of it, and what to check before. */
    record Fit(Field transport, Conversion conversion, FieldRule rule) {}

    /** Fits {@code column} into a field of {@code type}; {@code required} if that refuses NULL. */
    Fit fit(ArrowColumn column, Type type, boolean required) {
        if (column.type().getTypeID() == ArrowTypeID.Null && !column.isDictionary()) {
            if (required) {
                throw mismatch(column, type, "which refuses NULL");
            }
            return leaf(column, column.type(), new Conversion.Absent(), false);
        }
        return switch (type.typeId()) {
            case STRUCT -> struct(column, (Types.StructType) type, required);
            case LIST -> list(column, (Types.ListType) type, required);
            case MAP -> map(column, (Types.MapType) type, required);
            default -> scalar(column, type, required);
        };
    }

    private Fit scalar(ArrowColumn column, Type type, boolean required) {
        ScalarConversion scalar = ScalarConversion.of(column, type)
                .orElseThrow(() -> mismatch(column, type, "which does not hold every such value"));
        if (!column.isDictionary()) {
            return leaf(column, scalar.transport(), scalar.conversion(), required);
        }
        if (!scalar.transport().equals(column.type())) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "Column %s is a %s: send its values instead".formatted(Sql.name(column.path()), column.typeText()));
        }
        return leaf(column, column.field().getType(), scalar.conversion(), required);
    }

    private static Fit leaf(ArrowColumn column, ArrowType transport, Conversion conversion, boolean required) {
        return new Fit(
                transport(column, transport, List.of()), conversion, new FieldRule(column.path(), required, List.of()));
    }

    private Fit struct(ArrowColumn column, Types.StructType type, boolean required) {
        requireLayout(
                column,
                type,
                column.type().getTypeID() == ArrowTypeID.Struct
                        && !column.children().isEmpty());
        SchemaLimits.checkNames(column.children(), column.path());
        NameMatch names = NameMatch.of(column.children(), type.fields(), column.path(), table);
        List<Field> transports = new ArrayList<>();
        List<FieldRule> rules = new ArrayList<>();
        Conversion.Struct.Member[] members =
                new Conversion.Struct.Member[type.fields().size()];
        for (int i = 0; i < column.children().size(); i++) {
            int position = names.targetOf(i);
            NestedField target = type.fields().get(position);
            ArrowColumn child = column.child(i, column.children().get(i).getName(), dictionaries);
            Fit fit = fit(child, target.type(), target.isRequired());
            transports.add(fit.transport());
            rules.add(fit.rule());
            members[position] = new Conversion.Struct.Member(child.field().getName(), target(target), fit.conversion());
        }
        for (int position = 0; position < members.length; position++) {
            NestedField target = type.fields().get(position);
            if (names.isAbsent(position)) {
                members[position] = new Conversion.Struct.Member(null, target(target), new Conversion.Absent());
            }
        }
        return new Fit(
                transport(column, column.type(), transports),
                new Conversion.Struct(List.of(members)),
                new FieldRule(column.path(), required, rules));
    }

    private static Conversion.Struct.Target target(NestedField field) {
        return new Conversion.Struct.Target(field.name(), DuckDbTypes.of(field.type()));
    }

    private Fit list(ArrowColumn column, Types.ListType type, boolean required) {
        requireLayout(column, type, column.isList());
        Fit element = fit(column.child(0, "element", dictionaries), type.elementType(), type.isElementRequired());
        return new Fit(
                transport(column, column.type(), List.of(element.transport())),
                new Conversion.Elements(element.conversion()),
                new FieldRule(column.path(), required, List.of(element.rule())));
    }

    private Fit map(ArrowColumn column, Types.MapType type, boolean required) {
        requireLayout(column, type, column.isMap());
        Field entries = column.children().get(0);
        ArrowColumn keys =
                ArrowColumn.of(column.path() + ".key", entries.getChildren().get(0), dictionaries);
        ArrowColumn values =
                ArrowColumn.of(column.path() + ".value", entries.getChildren().get(1), dictionaries);
        Fit key = fit(keys, type.keyType(), true);
        Fit value = fit(values, type.valueType(), type.isValueRequired());
        Field transport = new Field(
                entries.getName(),
                new FieldType(false, entries.getType(), null),
                List.of(key.transport(), value.transport()));
        return new Fit(
                transport(column, column.type(), List.of(transport)),
                new Conversion.Entries(key.conversion(), value.conversion()),
                new FieldRule(
                        column.path(),
                        required,
                        List.of(new FieldRule(column.path(), true, List.of(key.rule(), value.rule())))));
    }

    private void requireLayout(ArrowColumn column, Type type, boolean fits) {
        if (!fits || column.isDictionary()) {
            throw mismatch(column, type, "which has another structure");
        }
    }

    private static Field transport(ArrowColumn column, ArrowType type, List<Field> children) {
        Field field = column.field();
        return new Field(
                field.getName(), new FieldType(field.isNullable(), type, field.getDictionary(), null), children);
    }

    private EiderException mismatch(ArrowColumn column, Type type, String reason) {
        return new EiderException(
                ErrorCode.SCHEMA_MISMATCH,
                "Column %s has Arrow type %s, but in table %s it is %s, %s"
                        .formatted(Sql.name(column.path()), column.typeText(), table, type, reason));
    }
}
