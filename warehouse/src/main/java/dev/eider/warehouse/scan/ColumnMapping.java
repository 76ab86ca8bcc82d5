package dev.eider.warehouse.scan;

import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.types.DuckDbTypes;
import dev.eider.warehouse.types.DuckDbValues;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.MapType;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;

/**
 * How the columns of files of one shape become columns of a table: renamed, added, dropped, reordered, widened, at the
 * top and within structs, lists and maps.
 *
 * <p>The engine reads each column of the files that is needed, under a name of our own; expressions over these make what
 * the table shows. Immutable.
 */
final class ColumnMapping {
    /** No field of a table has it, so that a file's column never does. */
    private static final int UNUSED_ID = Integer.MAX_VALUE - 1;

    private final StructType wanted;
    private final Optional<FileShape> shape;
    private final Map<Integer, List<Optional<String>>> constants;
    /** The columns that are read, with the types under which they are. */
    private final Map<Integer, Type> sources = new HashMap<>();

    /**
     * Creates a mapping.
     *
     * @param wanted every field that is asked for, in any way
     * @param shape of the files, nothing for files whose nested fields have the same names as those of {@code wanted}
     * @param constants values, as text, of fields that the files leave out since they are the same for all rows of a file:
     *     one for each file, in the order of the scan's files
     */
    ColumnMapping(StructType wanted, Optional<FileShape> shape, Map<Integer, List<Optional<String>>> constants) {
        this.wanted = wanted;
        this.shape = shape;
        this.constants = Map.copyOf(constants);
        for (NestedField field : wanted.fields()) {
            if (shape.isEmpty()) {
                sources.put(field.fieldId(), field.type());
            } else {
                NestedField present = shape.get().columns().field(field.fieldId());
                if (present != null) {
                    sources.put(field.fieldId(), NestedFields.narrowed(field.type(), present.type()));
                }
            }
        }
    }

    /** Returns the argument {@code schema} of {@code read_parquet}, under names of our own. */
    String schema() {
        boolean byId = shape.map(FileShape::byId).orElse(true);
        SchemaArgument columns = new SchemaArgument(byId);
        for (NestedField field : wanted.fields()) {
            Type type = sources.get(field.fieldId());
            if (type != null) {
                columns.add(fileColumn(field.fieldId()), name(field.fieldId()), type, defaultText(field));
            }
        }
        if (sources.isEmpty()) {
            columns.add(
                    byId ? Integer.toString(UNUSED_ID) : "__eider_nothing",
                    "__eider_nothing",
                    Types.BooleanType.get(),
                    Optional.empty());
        }
        return columns.sql();
    }

    /** Returns the same under the names of the table, for files that need no further expression. */
    static String plainSchema(StructType columns) {
        SchemaArgument entries = new SchemaArgument(true);
        for (NestedField field : columns.fields()) {
            entries.add(Integer.toString(field.fieldId()), field.name(), field.type(), defaultText(field));
        }
        return entries.sql();
    }

    private String fileColumn(int fieldId) {
        return shape.filter(known -> !known.byId())
                .map(known -> known.columns().field(fieldId).name())
                .orElse(Integer.toString(fieldId));
    }

    private static String name(int fieldId) {
        return "__eider_" + fieldId;
    }

    private static Optional<String> defaultText(NestedField field) {
        return Optional.ofNullable(field.initialDefault()).map(value -> DuckDbValues.text(field.type(), value));
    }

    /** Returns the columns of a table as a list of named expressions over what was read. */
    List<String> columns(StructType table) {
        List<String> columns = new ArrayList<>();
        for (NestedField field : table.fields()) {
            columns.add("%s AS %s".formatted(column(field), SqlText.quoteIdentifier(field.name())));
        }
        return columns;
    }

    private String column(NestedField field) {
        Type source = sources.get(field.fieldId());
        if (source == null) {
            return missing(field);
        }
        String value = SqlText.quoteIdentifier(name(field.fieldId()));
        if (NestedFields.isIdentical(field.type(), source)) {
            return value;
        }
        return "CAST(%s AS %s)".formatted(rebuilt(field.type(), source, value, 0), DuckDbTypes.of(field.type()));
    }

    /**
     * Returns what equality deletes compare of a field of {@code wanted}: its value, and for one within structs also
     * whether each of these is NULL, which Iceberg tells from a struct that holds a NULL.
     */
    List<String> key(int fieldId, String relation) {
        List<NestedField> path = NestedFields.path(wanted, fieldId);
        if (path == null) {
            throw new IllegalArgumentException("No field " + fieldId);
        }
        List<String> parts = new ArrayList<>();
        Type source = sources.get(path.get(0).fieldId());
        String value = source == null
                ? missing(path.get(0))
                : relation + "." + SqlText.quoteIdentifier(name(path.get(0).fieldId()));
        for (NestedField step : path.subList(1, path.size())) {
            parts.add("%s IS NULL".formatted(value));
            NestedField present = source == null ? null : source.asStructType().field(step.fieldId());
            value = present == null
                    ? "CASE WHEN %s IS NOT NULL THEN %s END".formatted(value, missing(step))
                    : extract(value, present.name());
            source = present == null ? null : present.type();
        }
        parts.add(value);
        return parts;
    }

    private String missing(NestedField field) {
        String type = DuckDbTypes.of(field.type());
        List<Optional<String>> ofFiles = constants.getOrDefault(field.fieldId(), List.of(defaultText(field)));
        if (ofFiles.stream().distinct().count() == 1) {
            return "CAST(%s AS %s)".formatted(literal(ofFiles.get(0)), type);
        }
        String values = ofFiles.stream().map(ColumnMapping::literal).collect(Collectors.joining(", ", "[", "]"));
        return "CAST(%s AS %s[])[CAST(%s AS BIGINT) + 1]".formatted(values, type, ScanRendering.FILE_INDEX);
    }

    private static String literal(Optional<String> text) {
        return text.map(SqlText::quoteLiteral).orElse("NULL");
    }

    private static String extract(String struct, String name) {
        return "struct_extract(%s, %s)".formatted(struct, SqlText.quoteLiteral(name));
    }

    /** Makes a value of one nested type from one of another, field by field; what is NULL stays NULL. */
    private String rebuilt(Type wantedType, Type source, String value, int depth) {
        if (NestedFields.isIdentical(wantedType, source)) {
            return value;
        }
        if (wantedType.isStructType()) {
            StringJoiner fields = new StringJoiner(", ", "struct_pack(", ")");
            for (NestedField field : wantedType.asStructType().fields()) {
                NestedField other = source.asStructType().field(field.fieldId());
                String inner = other == null
                        ? missing(field)
                        : rebuilt(field.type(), other.type(), extract(value, other.name()), depth);
                fields.add("%s := %s".formatted(SqlText.quoteIdentifier(field.name()), inner));
            }
            return "CASE WHEN %s IS NOT NULL THEN %s END".formatted(value, fields);
        }
        String item = "x" + depth;
        if (wantedType.isListType()) {
            String inner = rebuilt(
                    wantedType.asListType().elementType(), source.asListType().elementType(), item, depth + 1);
            return "list_transform(%s, lambda %s: %s)".formatted(value, item, inner);
        }
        MapType map = wantedType.asMapType();
        String key = rebuilt(map.keyType(), source.asMapType().keyType(), extract(item, "key"), depth + 1);
        String mapped = rebuilt(map.valueType(), source.asMapType().valueType(), extract(item, "value"), depth + 1);
        return "map_from_entries(list_transform(map_entries(%s), lambda %s: struct_pack(key := %s, value := %s)))"
                .formatted(value, item, key, mapped);
    }
}
