package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;

/** How Flight's paths, and names in JSON, refer to tables. */
final class TablePaths {
    /** The namespace of a table that is named without one. */
    static final String DEFAULT_NAMESPACE = "main";

    private TablePaths() {}

    /** Returns the table of a path: {@code [table]} or {@code [namespace…, table]}. */
    static TableIdentifier table(List<String> path) {
        if (path.isEmpty() || path.stream().anyMatch(String::isBlank)) {
            throw new EiderException(
                    ErrorCode.INVALID_REQUEST, "A path is [table] or [namespace..., table], not " + path);
        }
        if (path.size() == 1) {
            return TableIdentifier.of(DEFAULT_NAMESPACE, path.get(0));
        }
        String[] namespace = path.subList(0, path.size() - 1).toArray(String[]::new);
        return TableIdentifier.of(Namespace.of(namespace), path.get(path.size() - 1));
    }

    /** Returns the table of a dotted name: {@code table} or {@code namespace.table}. */
    static TableIdentifier table(String name) {
        return table(Arrays.asList(name.split("\\.", -1)));
    }

    /** Returns the descriptor of a table. */
    static FlightDescriptor descriptor(TableIdentifier table) {
        List<String> path = new ArrayList<>(List.of(table.namespace().levels()));
        path.add(table.name());
        return FlightDescriptor.path(path);
    }

    /** Returns SQL that reads a whole table. */
    static String selectAll(TableIdentifier table) {
        return "SELECT * FROM " + quoted(table);
    }

    /** Returns the name of a table in SQL. */
    static String quoted(TableIdentifier table) {
        return quoted(table.namespace().toString()) + "." + quoted(table.name());
    }

    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
