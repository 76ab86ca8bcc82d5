package dev.eider.warehouse.statement;

import dev.eider.warehouse.engine.EngineType;
import dev.eider.warehouse.types.IcebergTypes;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Turns the column types of one {@code CREATE TABLE} into Iceberg's, numbering fields as it goes. Confined to one
 * statement.
 */
final class ColumnTypes {
    private final IcebergTypes types;
    private int lastId;

    ColumnTypes(int formatVersion) {
        this.types = new IcebergTypes(formatVersion);
    }

    /** Returns the column of a new table; nested fields are optional, as SQL has no way to say otherwise. */
    NestedField column(String name, EngineType type, boolean required) {
        int id = ++lastId;
        return NestedField.of(id, !required, name, type(type));
    }

    private Type type(EngineType type) {
        if (type instanceof EngineType.Primitive primitive) {
            return types.primitive(
                    primitive.name(),
                    primitive.parameters().stream().mapToInt(Integer::intValue).toArray());
        }
        if (type instanceof EngineType.ListOf list) {
            return Types.ListType.ofOptional(++lastId, type(list.element()));
        }
        if (type instanceof EngineType.FixedArray array) {
            return Types.ListType.ofOptional(++lastId, type(array.element()));
        }
        if (type instanceof EngineType.MapOf map) {
            return Types.MapType.ofOptional(++lastId, ++lastId, type(map.key()), type(map.value()));
        }
        if (type instanceof EngineType.Struct struct) {
            List<NestedField> fields = new ArrayList<>();
            for (EngineType.Field field : struct.fields()) {
                fields.add(column(field.name(), field.type(), false));
            }
            return Types.StructType.of(fields);
        }
        throw new IllegalStateException("Not a type: " + type);
    }
}
