package dev.eider.warehouse.read;

import dev.eider.warehouse.engine.ColumnCondition;
import dev.eider.warehouse.engine.ParsedQuery;
import dev.eider.warehouse.engine.Selection;
import dev.eider.warehouse.engine.TableReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;

/**
 * Finds out which rows of each table a statement can need, from its WHERE clauses.
 *
 * <p>A filter is a hint for what not to read: the engine still evaluates the statement, so that a filter may let rows
 * through that the statement does not need, never the reverse. Stateless.
 */
final class ScanFilters {
    private ScanFilters() {}

    /**
     * Returns a filter for each reference of the query whose columns are known.
     *
     * @param schemas under which references are read; their columns are what the filters name
     */
    static Map<TableReference, Expression> of(ParsedQuery query, Map<TableReference, Schema> schemas) {
        Map<TableReference, Expression> filters = new HashMap<>();
        for (TableReference reference : schemas.keySet()) {
            filters.put(reference, filter(query, reference, schemas));
        }
        return filters;
    }

    private static Expression filter(ParsedQuery query, TableReference reference, Map<TableReference, Schema> schemas) {
        List<Selection> selections = query.selections().stream()
                .filter(selection -> selection.sources().stream().anyMatch(source -> isTable(source, reference)))
                .toList();
        if (selections.size() != 1 || selections.get(0).conditions().isEmpty()) {
            return Expressions.alwaysTrue();
        }
        Selection selection = selections.get(0);
        List<Selection.Source> sources = selection.sources().stream()
                .filter(source -> isTable(source, reference))
                .toList();
        Selection.Source source = sources.get(0);
        if (sources.size() != 1 || source.role() == Selection.Role.WHOLE) {
            return Expressions.alwaysTrue();
        }
        ConditionFilter conversion = new ConditionFilter(new ColumnNames(selection, schemas), source);
        Optional<ConditionFilter.Filter> filter = new ColumnCondition.All(selection.conditions()).accept(conversion);
        // Where an outer join may put NULLs for the table, a filter that NULLs pass would bring rows of NULLs about.
        return filter.filter(found -> source.role() == Selection.Role.NEEDED || found.rejectsNulls())
                .map(ConditionFilter.Filter::expression)
                .orElse(Expressions.alwaysTrue());
    }

    private static boolean isTable(Selection.Source source, TableReference reference) {
        return source.table().filter(reference::equals).isPresent();
    }
}
