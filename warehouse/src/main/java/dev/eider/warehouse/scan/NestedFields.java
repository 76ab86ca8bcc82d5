package dev.eider.warehouse.scan;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.ListType;
import org.apache.iceberg.types.Types.MapType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.jspecify.annotations.Nullable;

/** Compares and combines nested types by the ids of their fields: the engine knows nested fields by name only. */
final class NestedFields {
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private NestedFields() {}

    /** Returns whether every field of {@code wanted} is in {@code present}, with the same name in the same place. */
    static boolean isFoundByName(Type wanted, Type present) {
        if (wanted.typeId() != present.typeId()) {
            return wanted.isPrimitiveType() && present.isPrimitiveType();
        }
        if (wanted.isPrimitiveType()) {
            return true;
        }
        for (NestedField field : wanted.asNestedType().fields()) {
            NestedField other = present.asNestedType().field(field.fieldId());
            boolean named = wanted.isStructType();
            if (other == null
                    || (named && !other.name().equals(field.name()))
                    || !isFoundByName(field.type(), other.type())) {
                return false;
            }
        }
        return true;
    }

    /** Returns whether no writer would escape a name below: Iceberg's own do it where Avro would not take the name. */
    static boolean areNamesWrittenAsTheyAre(Type type) {
        return type.isPrimitiveType()
                || type.asNestedType().fields().stream()
                        .allMatch(field ->
                                PLAIN_NAME.matcher(field.name()).matches() && areNamesWrittenAsTheyAre(field.type()));
    }

    /** Returns whether both have the same fields with the same names in the same order. */
    static boolean isIdentical(Type one, Type other) {
        if (one.isPrimitiveType() || other.isPrimitiveType()) {
            return one.isPrimitiveType() && other.isPrimitiveType();
        }
        List<NestedField> some = one.asNestedType().fields();
        List<NestedField> others = other.asNestedType().fields();
        if (one.typeId() != other.typeId() || some.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            NestedField a = some.get(i);
            NestedField b = others.get(i);
            boolean sameName = !one.isStructType() || a.name().equals(b.name());
            if (a.fieldId() != b.fieldId() || !sameName || !isIdentical(a.type(), b.type())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns what of {@code present} has to be read for {@code wanted}: under the names that it has there, with the
     * types that values have to have in the end.
     */
    static Type narrowed(Type wanted, Type present) {
        if (wanted.isPrimitiveType() || wanted.typeId() != present.typeId()) {
            return wanted;
        }
        if (wanted.isStructType()) {
            return StructType.of(fields(wanted.asStructType(), present.asStructType()));
        }
        if (wanted.isListType()) {
            ListType list = wanted.asListType();
            return ListType.ofOptional(
                    list.elementId(),
                    narrowed(list.elementType(), present.asListType().elementType()));
        }
        MapType map = wanted.asMapType();
        return MapType.ofOptional(
                map.keyId(),
                map.valueId(),
                narrowed(map.keyType(), present.asMapType().keyType()),
                narrowed(map.valueType(), present.asMapType().valueType()));
    }

    private static List<NestedField> fields(StructType wanted, StructType present) {
        List<NestedField> fields = new ArrayList<>();
        for (NestedField field : wanted.fields()) {
            NestedField other = present.field(field.fieldId());
            if (other != null) {
                fields.add(NestedField.optional(field.fieldId(), other.name(), narrowed(field.type(), other.type())));
            }
        }
        if (fields.isEmpty()) {
            // Something has to be read, to know which structs are NULL.
            fields.add(present.fields().get(0));
        }
        return fields;
    }

    /** Returns a struct with the fields of both. */
    static StructType merged(StructType some, StructType others) {
        List<NestedField> fields = new ArrayList<>();
        for (NestedField field : some.fields()) {
            NestedField other = others.field(field.fieldId());
            boolean both = other != null && field.type().isStructType();
            fields.add(
                    both
                            ? NestedField.from(field)
                                    .ofType(merged(
                                            field.type().asStructType(),
                                            Objects.requireNonNull(other).type().asStructType()))
                                    .build()
                            : field);
        }
        others.fields().stream()
                .filter(field -> some.field(field.fieldId()) == null)
                .forEach(fields::add);
        return StructType.of(fields);
    }

    /** Returns the fields from a column down to the field of an id, through structs only; nothing if it is not there. */
    static @Nullable List<NestedField> path(StructType struct, int fieldId) {
        for (NestedField field : struct.fields()) {
            if (field.fieldId() == fieldId) {
                return List.of(field);
            }
            if (field.type().isStructType()) {
                List<NestedField> below = path(field.type().asStructType(), fieldId);
                if (below != null) {
                    List<NestedField> path = new ArrayList<>(List.of(field));
                    path.addAll(below);
                    return path;
                }
            }
        }
        return null;
    }
}
