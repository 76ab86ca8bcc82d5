package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Field;

/**
 * Refuses schemas whose names or size would not survive the way into a table: DuckDB compares names without regard to
 * case, and every level of nesting is a level of recursion in each library on the way.
 *
 * <p>Immutable.
 */
final class SchemaLimits {
    /** How many levels a column may nest. */
    static final int MAX_DEPTH = 32;

    /**
     * How many lists and maps may enclose a value that is checked one by one. DuckDB takes twice as long to bind a
     * statement for each further lambda function around an expression.
     */
    static final int MAX_LOOPS = 6;

    /** How many fields a schema may have, nested ones included. */
    static final int MAX_FIELDS = 2_000;

    private SchemaLimits() {}

    /** Refuses {@code columns} if there are too many, they nest too deeply, or a name is unusable. */
    static void check(List<Field> columns) {
        if (columns.isEmpty()) {
            throw new EiderException(ErrorCode.SCHEMA_MISMATCH, "The rows have no columns");
        }
        int fields = count(columns, 1);
        if (fields > MAX_FIELDS) {
            throw new EiderException(
                    ErrorCode.SCHEMA_MISMATCH,
                    "The rows have %d columns and nested fields, more than %d".formatted(fields, MAX_FIELDS));
        }
        checkNames(columns, "");
    }

    private static int count(List<Field> fields, int depth) {
        if (depth > MAX_DEPTH) {
            throw new EiderException(
                    ErrorCode.SCHEMA_MISMATCH,
                    "Column %s is nested deeper than %d levels"
                            .formatted(Sql.name(fields.get(0).getName()), MAX_DEPTH));
        }
        int total = fields.size();
        for (Field field : fields) {
            if (!field.getChildren().isEmpty()) {
                total += count(field.getChildren(), depth + 1);
            }
        }
        return total;
    }

    /** Refuses a column whose values are checked inside too many lists and maps. */
    static void checkLoops(int loops, String path) {
        if (loops > MAX_LOOPS) {
            throw new EiderException(
                    ErrorCode.UNSUPPORTED,
                    "Column %s has values that need checking inside %d lists or maps, more than %d"
                            .formatted(Sql.name(path), loops, MAX_LOOPS));
        }
    }

    /** Refuses names of sibling columns or struct fields that are empty, doubled or differ only in case. */
    static void checkNames(List<Field> siblings, String parent) {
        Map<String, String> seen = new HashMap<>();
        for (Field field : siblings) {
            String name = field.getName();
            if (name == null || name.isEmpty() || name.indexOf('\0') >= 0) {
                throw new EiderException(
                        ErrorCode.SCHEMA_MISMATCH,
                        parent.isEmpty()
                                ? "A column has no usable name"
                                : "A field of column %s has no usable name".formatted(Sql.name(parent)));
            }
            String path = parent.isEmpty() ? name : parent + "." + name;
            String earlier = seen.putIfAbsent(name.toLowerCase(Locale.ROOT), path);
            if (earlier != null) {
                throw new EiderException(
                        ErrorCode.SCHEMA_MISMATCH,
                        earlier.equals(path)
                                ? "Column %s appears twice".formatted(Sql.name(path))
                                : "Columns %s and %s differ only in case".formatted(Sql.name(earlier), Sql.name(path)));
            }
        }
    }
}
