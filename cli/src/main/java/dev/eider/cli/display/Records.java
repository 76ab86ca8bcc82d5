package dev.eider.cli.display;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints a short list for programs: as CSV with a header, or as one JSON array of objects.
 *
 * <p>Values are numbers, texts, truth values, null, or what Jackson writes as JSON; nested ones are JSON in CSV too.
 * Confined to one thread.
 */
public final class Records {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final List<String> names;
    private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();

    /** Makes an empty list of records with these fields. */
    public Records(String... names) {
        this.names = List.of(names);
    }

    /** Adds a record, one value for each field. */
    public void add(@Nullable Object... values) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            row.put(names.get(i), values[i]);
        }
        rows.add(row);
    }

    /** Prints all records. */
    public void print(Terminal terminal, RecordFormat format) {
        PrintStream out = terminal.out();
        if (format == RecordFormat.JSON) {
            List<String> lines = rows.stream().map(Records::json).toList();
            out.print(lines.isEmpty() ? "[]\n" : "[\n" + String.join(",\n", lines) + "\n]\n");
        } else {
            out.print(String.join(",", names) + "\n");
            rows.forEach(row -> out.print(
                    String.join(",", row.values().stream().map(Records::field).toList()) + "\n"));
        }
        out.flush();
    }

    private static String field(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        boolean plain = value instanceof String || value instanceof Number || value instanceof Boolean;
        return CsvSink.quoted(plain ? value.toString() : json(value));
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
