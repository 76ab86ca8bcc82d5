package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.warehouse.engine.Selection.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads what one SELECT of DuckDB's syntax tree asks of the relations in its FROM. Confined to one SELECT.
 *
 * <p>An inner join's condition is as good as one in WHERE, unless an outer join stands around it.
 */
final class SelectionReader {
    private static final int MOST_SOURCES = 128;

    private final List<SyntaxTree.Source> sources = new ArrayList<>();
    private final List<ColumnCondition> conditions = new ArrayList<>();
    private final Set<String> merged = new HashSet<>();
    private boolean natural;

    private SelectionReader() {}

    /** Returns the sources and conditions of a SELECT; none if rows are sampled before the conditions are checked. */
    static SyntaxTree.Selection read(JsonNode select) {
        SelectionReader reader = new SelectionReader();
        reader.from(select.path("from_table"), Role.NEEDED, true);
        if (isThere(select.path("where_clause"))) {
            reader.conditions.addAll(ConditionReader.conditions(select.path("where_clause")));
        }
        boolean sampled = isThere(select.path("sample"));
        boolean readable = !sampled && reader.sources.size() <= MOST_SOURCES;
        return new SyntaxTree.Selection(
                reader.sources,
                readable ? reader.conditions : List.of(),
                reader.merged,
                reader.natural,
                TotalsReader.read(select));
    }

    private void from(JsonNode node, Role role, boolean onlyInner) {
        if (sources.size() > MOST_SOURCES) {
            return;
        }
        String type = node.path("type").asText();
        boolean sampled = isThere(node.path("sample"));
        if (type.equals("JOIN") && !sampled && node.path("alias").asText().isEmpty()) {
            join(node, role, onlyInner);
        } else if (type.equals("BASE_TABLE")) {
            table(node, role);
        } else if (!type.equals("EMPTY")) {
            sources.add(new SyntaxTree.Source(SqlToken.lower(node.path("alias").asText()), -1, Role.WHOLE));
        }
    }

    private void table(JsonNode node, Role role) {
        String alias = node.path("alias").asText();
        String name = SqlToken.lower(alias.isEmpty() ? node.path("table_name").asText() : alias);
        boolean plain =
                !isThere(node.path("sample")) && node.path("column_name_alias").isEmpty();
        sources.add(new SyntaxTree.Source(name, plain ? SyntaxWalk.location(node) : -1, plain ? role : Role.WHOLE));
    }

    private void join(JsonNode node, Role role, boolean onlyInner) {
        String kind = node.path("ref_type").asText();
        natural |= kind.equals("NATURAL");
        node.path("using_columns").forEach(name -> merged.add(SqlToken.lower(name.asText())));
        boolean regular = kind.equals("REGULAR") || kind.equals("CROSS") || kind.equals("NATURAL");
        String type = regular ? node.path("join_type").asText() : "";
        boolean inner = type.equals("INNER");
        from(node.path("left"), weaker(role, left(type)), onlyInner && inner);
        from(node.path("right"), weaker(role, right(type)), onlyInner && inner);
        if (inner && onlyInner && isThere(node.path("condition"))) {
            conditions.addAll(ConditionReader.conditions(node.path("condition")));
        }
    }

    private static Role left(String joinType) {
        return switch (joinType) {
            case "INNER", "LEFT", "SEMI", "ANTI" -> Role.NEEDED;
            case "RIGHT", "FULL" -> Role.OPTIONAL;
            default -> Role.WHOLE;
        };
    }

    private static Role right(String joinType) {
        return switch (joinType) {
            case "INNER", "RIGHT" -> Role.NEEDED;
            case "LEFT", "FULL" -> Role.OPTIONAL;
            default -> Role.WHOLE;
        };
    }

    private static Role weaker(Role outer, Role inner) {
        return outer.compareTo(inner) > 0 ? outer : inner;
    }

    /** An absent part is null in the tree, or an object without fields. */
    static boolean isThere(JsonNode node) {
        return !node.isNull() && !node.isMissingNode() && !node.isEmpty();
    }
}
