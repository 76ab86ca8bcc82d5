package dev.eider.warehouse.read;

import dev.eider.catalog.TableNames;
import dev.eider.warehouse.engine.Selection;
import dev.eider.warehouse.engine.TableReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;

/**
 * Says which table's column a name in a SELECT means, where that is beyond doubt. Confined to one SELECT.
 *
 * <p>The engine refuses a statement in which two relations of a FROM have the named column, so that a name which a table
 * answers to is that table's; in doubt are fields of structs and columns that a join merged.
 */
final class ColumnNames {
    private static final String CATALOG = "eider";

    private final Selection selection;
    private final Map<TableReference, Schema> schemas;

    ColumnNames(Selection selection, Map<TableReference, Schema> schemas) {
        this.selection = selection;
        this.schemas = schemas;
    }

    /**
     * A column of a table, or a field of a struct in it.
     *
     * @param name as Iceberg spells it
     * @param nested whether it is a field of a struct
     */
    record Column(Selection.Source source, String name, Type type, boolean nested) {}

    /** Returns the one column that the name can mean. */
    Optional<Column> find(List<String> name) {
        List<Column> found = new ArrayList<>();
        for (Selection.Source source : selection.sources()) {
            Optional<TableReference> table = source.table();
            for (int qualifiers = 0; qualifiers < Math.min(4, name.size()); qualifiers++) {
                List<String> rest = name.subList(qualifiers, name.size());
                if (qualifies(source, name.subList(0, qualifiers))) {
                    table.flatMap(one -> column(source, one, rest)).ifPresent(found::add);
                }
            }
        }
        return found.size() == 1 && isCertain(found.get(0), name) ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static boolean qualifies(Selection.Source source, List<String> qualifiers) {
        if (qualifiers.isEmpty()) {
            return true;
        }
        List<String> folded = qualifiers.stream().map(TableNames::folded).toList();
        if (folded.size() == 1) {
            return folded.get(0).equals(source.name());
        }
        return source.table()
                .filter(table -> table.alias().isEmpty())
                .map(table -> full(table).equals(folded.size() == 2 ? full(folded) : folded))
                .orElse(false);
    }

    private static List<String> full(TableReference table) {
        return full(table.path().stream().map(TableNames::folded).toList());
    }

    private static List<String> full(List<String> path) {
        return switch (path.size()) {
            case 1 -> List.of(CATALOG, TableNames.DEFAULT_NAMESPACE.toString(), path.get(0));
            case 2 -> List.of(CATALOG, path.get(0), path.get(1));
            default -> path;
        };
    }

    private boolean isCertain(Column column, List<String> name) {
        String first = TableNames.folded(name.get(0));
        boolean alone = selection.sources().size() == 1;
        if (name.size() == 1) {
            return !selection.natural() && !selection.merged().contains(first);
        }
        if (column.nested()) {
            return alone;
        }
        // What is qualified by the name of a relation whose columns are not known may be that one's.
        return selection.sources().stream()
                .allMatch(source -> isKnown(source) || !source.name().equals(first));
    }

    private boolean isKnown(Selection.Source source) {
        return source.table().filter(schemas::containsKey).isPresent();
    }

    private Optional<Column> column(Selection.Source source, TableReference table, List<String> path) {
        Schema schema = schemas.get(table);
        if (schema == null) {
            return Optional.empty();
        }
        List<NestedField> fields = schema.columns();
        NestedField field = null;
        for (String part : path) {
            if (field != null) {
                if (!field.type().isStructType()) {
                    return Optional.empty();
                }
                fields = field.type().asStructType().fields();
            }
            List<NestedField> named = fields.stream()
                    .filter(one -> TableNames.folded(one.name()).equals(TableNames.folded(part)))
                    .toList();
            if (named.size() != 1) {
                return Optional.empty();
            }
            field = named.get(0);
        }
        return field == null ? Optional.empty() : known(source, schema, field, path.size() > 1);
    }

    /** A column whose name has a dot may be called like a nested one. */
    private static Optional<Column> known(Selection.Source source, Schema schema, NestedField field, boolean nested) {
        String name = schema.findColumnName(field.fieldId());
        NestedField found = name == null ? null : schema.findField(name);
        boolean unique = found != null && found.fieldId() == field.fieldId();
        return unique && name != null && field.type().isPrimitiveType()
                ? Optional.of(new Column(source, name, field.type(), nested))
                : Optional.empty();
    }
}
