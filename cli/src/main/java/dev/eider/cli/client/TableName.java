package dev.eider.cli.client;

import java.util.Arrays;
import java.util.List;

/**
 * The name of a table, as people write it: {@code table} or {@code namespace.table}. Immutable.
 *
 * @param path the namespace's levels and then the table; never empty
 */
public record TableName(List<String> path) {

    /** Copies the list, so that nobody changes it later. */
    public TableName {
        path = List.copyOf(path);
        if (path.isEmpty() || path.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("A table is named table or namespace.table");
        }
    }

    /** Reads a dotted name; throws {@link IllegalArgumentException} for one with empty parts. */
    public static TableName parse(String text) {
        try {
            return new TableName(Arrays.asList(text.split("\\.", -1)));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + text + "' is no table name: write table or namespace.table", e);
        }
    }

    /** Returns the name quoted for SQL; a nested namespace is one quoted name there. */
    public String sql() {
        String table = quoted(path.get(path.size() - 1));
        return path.size() == 1 ? table : quoted(String.join(".", path.subList(0, path.size() - 1))) + "." + table;
    }

    /** Returns {@code name} quoted for SQL. */
    public static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** Returns the dotted name. */
    @Override
    public String toString() {
        return String.join(".", path);
    }
}
