package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.iceberg.types.Types.NestedField;

/** Which incoming fields are which of the table's, by name: spelled alike, or else alike but for case. Immutable. */
final class NameMatch {
    private static final int NONE = -1;

    private final int[] targets;
    private final int[] sources;

    private NameMatch(int[] targets, int[] sources) {
        this.targets = targets;
        this.sources = sources;
    }

    /**
     * Matches siblings, whose names {@link SchemaLimits} found usable.
     *
     * @param parent path of the field that they are nested in, empty for columns
     * @param table the table's name, for messages
     */
    static NameMatch of(List<Field> incoming, List<NestedField> fields, String parent, String table) {
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            String name = fields.get(i).name();
            Integer earlier = positions.putIfAbsent(name.toLowerCase(Locale.ROOT), i);
            if (earlier != null) {
                throw new EiderException(
                        ErrorCode.UNSUPPORTED,
                        "Table %s has columns %s and %s, which differ only in case"
                                .formatted(
                                        table, path(parent, fields.get(earlier).name()), path(parent, name)));
            }
        }
        int[] targets = new int[incoming.size()];
        int[] sources = new int[fields.size()];
        Arrays.fill(sources, NONE);
        for (int i = 0; i < targets.length; i++) {
            String name = incoming.get(i).getName();
            Integer position = positions.get(name.toLowerCase(Locale.ROOT));
            if (position == null) {
                throw new EiderException(
                        ErrorCode.SCHEMA_MISMATCH, "Table %s has no column %s".formatted(table, path(parent, name)));
            }
            targets[i] = position;
            sources[position] = i;
        }
        NameMatch match = new NameMatch(targets, sources);
        match.requireRequired(fields, parent, table);
        return match;
    }

    private void requireRequired(List<NestedField> fields, String parent, String table) {
        for (int i = 0; i < sources.length; i++) {
            NestedField field = fields.get(i);
            boolean hasDefault = parent.isEmpty() && field.writeDefault() != null;
            if (sources[i] == NONE && field.isRequired() && !hasDefault) {
                throw new EiderException(
                        ErrorCode.SCHEMA_MISMATCH,
                        "Column %s of table %s is required, and was not sent"
                                .formatted(path(parent, field.name()), table));
            }
        }
    }

    private static String path(String parent, String name) {
        return Sql.name(parent.isEmpty() ? name : parent + "." + name);
    }

    /** Returns the position among the table's fields of the incoming field at {@code index}. */
    int targetOf(int index) {
        return targets[index];
    }

    /** Returns the incoming field for the table's field at {@code position}, which is not absent. */
    int sourceOf(int position) {
        return sources[position];
    }

    /** Returns whether no incoming field is the table's field at {@code position}. */
    boolean isAbsent(int position) {
        return sources[position] == NONE;
    }
}
