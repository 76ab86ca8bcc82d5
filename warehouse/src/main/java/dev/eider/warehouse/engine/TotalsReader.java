package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Recognises, in DuckDB's syntax tree, a SELECT that asks for nothing but totals of one table. Stateless. */
final class TotalsReader {
    private TotalsReader() {}

    /** Returns the items of such a SELECT; none if it asks for anything else, or for less than all rows. */
    static List<SyntaxTree.Total> read(JsonNode select) {
        if (!isOverWholeTable(select)) {
            return List.of();
        }
        List<SyntaxTree.Total> totals = new ArrayList<>();
        for (JsonNode item : select.path("select_list")) {
            if (!isPlainCall(item) || !add(item, totals)) {
                return List.of();
            }
        }
        return totals;
    }

    private static boolean isOverWholeTable(JsonNode select) {
        JsonNode from = select.path("from_table");
        boolean wholeTable = from.path("type").asText().equals("BASE_TABLE")
                && !SelectionReader.isThere(from.path("sample"))
                && from.path("column_name_alias").isEmpty();
        boolean allRows = !SelectionReader.isThere(select.path("where_clause"))
                && !SelectionReader.isThere(select.path("sample"));
        boolean oneGroup = select.path("group_expressions").isEmpty()
                && select.path("group_sets").isEmpty()
                && select.path("aggregate_handling").asText().equals("STANDARD_HANDLING")
                && !SelectionReader.isThere(select.path("having"))
                && !SelectionReader.isThere(select.path("qualify"));
        return wholeTable && allRows && oneGroup && isAtMostLimited(select.path("modifiers"));
    }

    private static boolean isAtMostLimited(JsonNode modifiers) {
        for (JsonNode modifier : modifiers) {
            if (!modifier.path("type").asText().equals("LIMIT_MODIFIER")) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlainCall(JsonNode item) {
        return item.path("class").asText().equals("FUNCTION")
                && item.path("schema").asText().isEmpty()
                && item.path("catalog").asText().isEmpty()
                && !SelectionReader.isThere(item.path("filter"))
                && item.path("order_bys").path("orders").isEmpty()
                && !item.path("distinct").asBoolean()
                && !item.path("export_state").asBoolean();
    }

    private static boolean add(JsonNode call, List<SyntaxTree.Total> totals) {
        String function = SqlToken.lower(call.path("function_name").asText());
        JsonNode arguments = call.path("children");
        JsonNode argument = arguments.path(0);
        if (function.equals("count_star") && arguments.isEmpty()) {
            totals.add(counted(call, "count_star()"));
            return true;
        }
        if (function.equals("count") && arguments.size() == 1 && isNumber(argument)) {
            totals.add(
                    counted(call, "count(%s)".formatted(argument.path("value").path("value"))));
            return true;
        }
        if (Set.of("min", "max").contains(function)
                && arguments.size() == 1
                && argument.path("class").asText().equals("COLUMN_REF")) {
            List<String> column = new ArrayList<>();
            argument.path("column_names").forEach(part -> column.add(part.asText()));
            totals.add(new SyntaxTree.Total(column, SyntaxWalk.location(call), ""));
            return true;
        }
        return false;
    }

    private static SyntaxTree.Total counted(JsonNode call, String name) {
        boolean named = !call.path("alias").asText().isEmpty();
        return new SyntaxTree.Total(List.of(), SyntaxWalk.location(call), named ? "" : name);
    }

    /** A number is never NULL, so that it counts rows. */
    private static boolean isNumber(JsonNode argument) {
        JsonNode value = argument.path("value");
        return argument.path("class").asText().equals("CONSTANT")
                && argument.path("alias").asText().isEmpty()
                && value.path("type").path("id").asText().equals("INTEGER")
                && value.path("value").isIntegralNumber();
    }
}
