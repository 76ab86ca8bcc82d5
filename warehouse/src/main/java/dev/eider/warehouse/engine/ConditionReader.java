package dev.eider.warehouse.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.warehouse.engine.ColumnCondition.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads what an expression of DuckDB's syntax tree says about columns; parts that it cannot read may make the result true
 * of more rows than the expression, never of fewer.
 *
 * <p>Confined to one expression.
 */
final class ConditionReader {
    /** More conditions cost more to check than they save. */
    private static final int MOST_CONDITIONS = 256;

    private static final int MOST_CONSTANTS = 4_096;
    private static final int DEEPEST = 64;

    private static final Map<String, Operator> COMPARISONS = Map.of(
            "COMPARE_EQUAL", Operator.EQUAL,
            "COMPARE_NOTEQUAL", Operator.NOT_EQUAL,
            "COMPARE_LESSTHAN", Operator.LESS,
            "COMPARE_LESSTHANOREQUALTO", Operator.LESS_OR_EQUAL,
            "COMPARE_GREATERTHAN", Operator.GREATER,
            "COMPARE_GREATERTHANOREQUALTO", Operator.GREATER_OR_EQUAL);

    private int conditions;
    private int constants;

    /** Returns the conditions that are all true wherever the expression is. */
    static List<ColumnCondition> conditions(JsonNode expression) {
        ConditionReader reader = new ConditionReader();
        return reader.read(expression, false, 0)
                .filter(read -> reader.conditions <= MOST_CONDITIONS && reader.constants <= MOST_CONSTANTS)
                .map(read -> read instanceof ColumnCondition.All all ? all.parts() : List.of(read))
                .orElse(List.of());
    }

    private Optional<ColumnCondition> read(JsonNode node, boolean negated, int depth) {
        if (depth > DEEPEST || conditions > MOST_CONDITIONS) {
            return Optional.empty();
        }
        return switch (node.path("class").asText()) {
            case "CONJUNCTION" -> conjunction(node, negated, depth);
            case "COMPARISON" -> comparison(node, negated);
            case "BETWEEN" -> between(node, negated);
            case "OPERATOR" -> operator(node, negated, depth);
            case "FUNCTION" -> negated ? Optional.empty() : prefix(node);
            case "COLUMN_REF" ->
                counted(new ColumnCondition.Comparison(
                        column(node).orElseThrow(),
                        Operator.EQUAL,
                        new SqlConstant(SqlConstant.Kind.BOOLEAN, negated ? "false" : "true")));
            default -> Optional.empty();
        };
    }

    private Optional<ColumnCondition> conjunction(JsonNode node, boolean negated, int depth) {
        boolean and = node.path("type").asText().equals("CONJUNCTION_AND") != negated;
        List<ColumnCondition> parts = new ArrayList<>();
        for (JsonNode child : node.path("children")) {
            Optional<ColumnCondition> part = read(child, negated, depth + 1);
            if (part.isEmpty() && !and) {
                return Optional.empty();
            }
            part.ifPresent(read -> {
                if (and && read instanceof ColumnCondition.All all) {
                    parts.addAll(all.parts());
                } else {
                    parts.add(read);
                }
            });
        }
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(and ? new ColumnCondition.All(parts) : new ColumnCondition.Any(parts));
    }

    private Optional<ColumnCondition> comparison(JsonNode node, boolean negated) {
        String type = node.path("type").asText();
        Operator operator = COMPARISONS.get(type);
        if (operator == null) {
            // IS NOT DISTINCT FROM a value is equality, where it is true; IS DISTINCT FROM is true for NULL, too.
            boolean same = type.equals(negated ? "COMPARE_DISTINCT_FROM" : "COMPARE_NOT_DISTINCT_FROM");
            return same ? compared(node.path("left"), Operator.EQUAL, node.path("right")) : Optional.empty();
        }
        return compared(node.path("left"), negated ? operator.opposite() : operator, node.path("right"));
    }

    private Optional<ColumnCondition> compared(JsonNode left, Operator operator, JsonNode right) {
        Optional<List<String>> column = column(left);
        if (column.isEmpty()) {
            return column(right).flatMap(name -> ConstantReader.read(left)
                    .flatMap(constant -> counted(new ColumnCondition.Comparison(name, operator.mirrored(), constant))));
        }
        return ConstantReader.read(right)
                .flatMap(constant -> counted(new ColumnCondition.Comparison(column.get(), operator, constant)));
    }

    private Optional<ColumnCondition> between(JsonNode node, boolean negated) {
        JsonNode input = node.path("input");
        Optional<ColumnCondition> lower =
                compared(input, negated ? Operator.LESS : Operator.GREATER_OR_EQUAL, node.path("lower"));
        Optional<ColumnCondition> upper =
                compared(input, negated ? Operator.GREATER : Operator.LESS_OR_EQUAL, node.path("upper"));
        if (negated && (lower.isEmpty() || upper.isEmpty())) {
            return Optional.empty();
        }
        List<ColumnCondition> parts = new ArrayList<>();
        lower.ifPresent(parts::add);
        upper.ifPresent(parts::add);
        if (parts.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(negated ? new ColumnCondition.Any(parts) : new ColumnCondition.All(parts));
    }

    private Optional<ColumnCondition> operator(JsonNode node, boolean negated, int depth) {
        JsonNode children = node.path("children");
        return switch (node.path("type").asText()) {
            case "OPERATOR_NOT" -> read(children.path(0), !negated, depth + 1);
            case "OPERATOR_IS_NULL" -> presence(children.path(0), negated);
            case "OPERATOR_IS_NOT_NULL" -> presence(children.path(0), !negated);
            case "COMPARE_IN" -> in(children, negated);
            case "COMPARE_NOT_IN" -> in(children, !negated);
            default -> Optional.empty();
        };
    }

    private Optional<ColumnCondition> presence(JsonNode child, boolean present) {
        return column(child).flatMap(name -> counted(new ColumnCondition.Presence(name, present)));
    }

    /** NULL among the values adds no row to IN, and takes every row from NOT IN. */
    private Optional<ColumnCondition> in(JsonNode children, boolean negated) {
        Optional<List<String>> column = column(children.path(0));
        List<SqlConstant> values = new ArrayList<>();
        boolean readable = column.isPresent();
        for (int i = 1; readable && i < children.size(); i++) {
            Optional<SqlConstant> value = ConstantReader.read(children.path(i));
            readable = value.isPresent() || ConstantReader.isNull(children.path(i));
            value.ifPresent(values::add);
        }
        constants += values.size();
        if (!readable || values.isEmpty()) {
            return Optional.empty();
        }
        if (!negated) {
            return counted(new ColumnCondition.Membership(column.get(), values));
        }
        List<ColumnCondition> others = new ArrayList<>();
        for (SqlConstant value : values) {
            counted(new ColumnCondition.Comparison(column.get(), Operator.NOT_EQUAL, value))
                    .ifPresent(others::add);
        }
        return Optional.of(new ColumnCondition.All(others));
    }

    private Optional<ColumnCondition> prefix(JsonNode node) {
        JsonNode children = node.path("children");
        Optional<List<String>> column = column(children.path(0));
        Optional<String> text = ConstantReader.read(children.path(1))
                .filter(constant ->
                        constant.kind() == SqlConstant.Kind.LITERAL || constant.kind() == SqlConstant.Kind.VARCHAR)
                .map(SqlConstant::text);
        if (column.isEmpty() || text.isEmpty()) {
            return Optional.empty();
        }
        String prefix =
                switch (node.path("function_name").asText()) {
                    case "~~" -> untilWildcard(text.get(), "\\");
                    case "like_escape" ->
                        ConstantReader.read(children.path(2))
                                .map(escape -> untilWildcard(text.get(), escape.text()))
                                .orElse("");
                    case "^@", "starts_with", "prefix" -> text.get();
                    default -> "";
                };
        return prefix.isEmpty() ? Optional.empty() : counted(new ColumnCondition.Prefix(column.get(), prefix));
    }

    private static String untilWildcard(String pattern, String escape) {
        if (escape.length() > 1) {
            return "";
        }
        OptionalInt end = pattern.chars()
                .filter(letter -> letter == '%' || letter == '_' || escape.indexOf(letter) >= 0)
                .findFirst();
        return end.isEmpty() ? pattern : pattern.substring(0, pattern.indexOf(end.getAsInt()));
    }

    private Optional<ColumnCondition> counted(ColumnCondition condition) {
        conditions++;
        return Optional.of(condition);
    }

    /** Returns a column's name with its qualifiers; {@code s['x']} and {@code (s).x} are not read. */
    private static Optional<List<String>> column(JsonNode node) {
        if (!node.path("class").asText().equals("COLUMN_REF")) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>();
        node.path("column_names").forEach(name -> names.add(name.asText()));
        return Optional.of(List.copyOf(names));
    }
}
