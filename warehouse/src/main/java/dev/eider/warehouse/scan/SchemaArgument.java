package dev.eider.warehouse.scan;

import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.types.DuckDbTypes;
import java.util.Optional;
import java.util.StringJoiner;
import org.apache.iceberg.types.Type;

/**
 * Writes the argument {@code schema} of {@code read_parquet}: which columns of the files are read, under which names and
 * types. Confined to one thread, for one argument.
 *
 * <p>It is one text that the engine casts. Written as a MAP of structs, each of these is a function call to bind, which
 * took most of the time of binding a scan. Only where a part holds what such a text would have to escape is it a MAP.
 */
final class SchemaArgument {
    private final boolean byId;
    private final StringJoiner text = new StringJoiner(", ", "{", "}");
    private final StringJoiner map = new StringJoiner(", ", "MAP {", "}");
    private boolean plain = true;

    /**
     * Starts an argument without columns.
     *
     * @param byId whether columns of the files are known by field id, else by name
     */
    SchemaArgument(boolean byId) {
        this.byId = byId;
    }

    /**
     * Adds a column.
     *
     * @param column of the files: its field id, or its name
     * @param initial what files show that lack the column, as text; NULL if it is missing
     */
    void add(String column, String name, Type type, Optional<String> initial) {
        String typeName = DuckDbTypes.of(type);
        plain = plain && isPlain(column) && isPlain(name) && isPlain(typeName) && isPlain(initial.orElse(""));
        text.add("%s={name: \"%s\", type: \"%s\", default_value: %s}"
                .formatted(
                        byId ? column : "\"" + column + "\"",
                        name,
                        typeName,
                        initial.map(value -> "\"" + value + "\"").orElse("NULL")));
        map.add("%s: {name: %s, type: %s, default_value: %s}"
                .formatted(
                        byId ? column : SqlText.quoteLiteral(column),
                        SqlText.quoteLiteral(name),
                        SqlText.quoteLiteral(typeName),
                        initial.map(SqlText::quoteLiteral).orElse("NULL::VARCHAR")));
    }

    private static boolean isPlain(String part) {
        return part.chars().noneMatch(letter -> letter == '"' || letter == '\\' || letter < ' ');
    }

    /** Returns the argument. */
    String sql() {
        return plain
                ? "CAST(%s AS MAP(%s, STRUCT(name VARCHAR, type VARCHAR, default_value VARCHAR)))"
                        .formatted(SqlText.quoteLiteral(text.toString()), byId ? "INTEGER" : "VARCHAR")
                : map.toString();
    }
}
