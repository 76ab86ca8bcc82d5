package dev.eider.warehouse.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes DuckDB's plans for people: one operator a line, each below and to the right of the one that it feeds.
 *
 * <p>DuckDB's own drawings name the files that were read. So its plans are taken as JSON, only facts that are known to
 * name no files are shown, and paths of the host inside them are blotted out. Immutable, thread-safe.
 */
final class PlanText {
    private static final int MAX_NESTING = 10_000;
    private static final String ESTIMATE = "Estimated Cardinality";
    private static final Set<String> SHOWN = Set.of(
            "Aggregates",
            "CTE Name",
            "Conditions",
            "Dynamic Filters",
            "Expression",
            "Filters",
            "Function",
            "Groups",
            "Join Type",
            "Limit",
            "Offset",
            "Order By",
            "Projections",
            "Sample Method",
            "Sample Size",
            "Table",
            "Top");
    private static final String REST_OF_PATH = "[^\\s\"',;()\\[\\]]*";
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_NESTING)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .build();

    private final Pattern hidden;

    /** Creates what hides everything below some directories. */
    PlanText(Collection<Path> directories) {
        this.hidden = Pattern.compile(directories.stream()
                .map(directory -> Pattern.quote(directory.toString()))
                .collect(Collectors.joining("|", "(?:file:/|(?:file:/*)?(?:", "))" + REST_OF_PATH)));
    }

    /** Returns the lines of what {@code EXPLAIN (FORMAT json)}, with or without ANALYZE, answered. */
    List<String> lines(String json) {
        List<String> lines = new ArrayList<>();
        JsonNode plan;
        try {
            plan = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new EiderException(ErrorCode.INTERNAL, "The engine's plan could not be read", e);
        }
        if (plan.isObject()) {
            lines.add("Total time: %s, of all threads: %s"
                    .formatted(duration(plan.path("latency")), duration(plan.path("cpu_time"))));
        }
        for (JsonNode root : plan.isObject() ? plan.path("children") : plan) {
            boolean wrapper = root.path("operator_name").asText().equals("EXPLAIN_ANALYZE");
            for (JsonNode operator : wrapper ? root.path("children") : List.of(root)) {
                add(operator, 0, lines);
            }
        }
        return lines;
    }

    private void add(JsonNode operator, int depth, List<String> lines) {
        String name =
                operator.path("name").asText(operator.path("operator_name").asText());
        StringJoiner facts = new StringJoiner("; ");
        for (Map.Entry<String, JsonNode> fact : operator.path("extra_info").properties()) {
            String value = text(fact.getValue());
            if (SHOWN.contains(fact.getKey()) && !value.isBlank() && !value.equals(name)) {
                facts.add(fact.getKey() + ": " + value);
            }
        }
        lines.add("  ".repeat(depth) + name + (facts.length() == 0 ? "" : "  " + facts) + amount(operator));
        for (JsonNode child : operator.path("children")) {
            add(child, depth + 1, lines);
        }
    }

    private static String amount(JsonNode operator) {
        if (operator.has("operator_cardinality")) {
            return "  (%s rows, %s)"
                    .formatted(
                            operator.path("operator_cardinality").asText(), duration(operator.path("operator_timing")));
        }
        String estimate = operator.path("extra_info").path(ESTIMATE).asText();
        return estimate.isEmpty() ? "" : "  (about %s rows)".formatted(estimate);
    }

    private static String duration(JsonNode seconds) {
        return String.format(Locale.ROOT, "%.2f ms", seconds.asDouble() * 1_000);
    }

    private String text(JsonNode value) {
        StringJoiner values = new StringJoiner(", ");
        if (value.isArray()) {
            value.forEach(element -> values.add(element.asText()));
        } else {
            values.add(value.asText());
        }
        String text = values.toString().replaceAll("\\s*[\\r\\n]+\\s*", " ");
        return hidden.matcher(text).replaceAll("<path>");
    }
}
