package dev.eider.cli.display;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Prints rows for people: a table with names and types, its first and last rows, and how many there were.
 *
 * <p>Holds only the rows that it will show. Confined to one thread.
 */
public final class TableSink implements RowSink {
    private static final int LONGEST_CELL = 10_000;
    /** Where a gateway says which statement it carried out. */
    private static final String ACTION = "eider.statement";

    private final Terminal terminal;
    private final int headRows;
    private final int tailRows;
    private final Set<String> optional;
    private final List<Cell[]> head = new ArrayList<>();
    private final Deque<Cell[]> tail = new ArrayDeque<>();
    private Schema schema = new Schema(List.of());
    private long total;

    /** One value as it will be shown; a missing one is told from a text that reads the same. */
    record Cell(String text, boolean missing) {}

    /** Shows at most {@code maxRows} rows on the terminal, all of them for 0. */
    public TableSink(Terminal terminal, int maxRows) {
        this(terminal, maxRows, Set.of());
    }

    /** Shows at most {@code maxRows} rows, all of them for 0, and columns named {@code optional} where there is room. */
    public TableSink(Terminal terminal, int maxRows, Set<String> optional) {
        this.terminal = terminal;
        this.optional = Set.copyOf(optional);
        this.headRows = maxRows == 0 ? Integer.MAX_VALUE : maxRows - maxRows / 2;
        this.tailRows = maxRows == 0 ? 0 : maxRows / 2;
    }

    @Override
    public void start(Schema schema) {
        this.schema = schema;
    }

    @Override
    public void batch(List<FieldVector> columns, int rows) {
        int row = 0;
        while (row < rows && head.size() < headRows) {
            head.add(cells(columns, row));
            row++;
        }
        // Of what follows only the last rows can ever be shown.
        for (row = Math.max(row, rows - tailRows); row < rows; row++) {
            if (tail.size() == tailRows) {
                tail.removeFirst();
            }
            tail.addLast(cells(columns, row));
        }
        total += rows;
    }

    private static Cell[] cells(List<FieldVector> columns, int row) {
        Cell[] cells = new Cell[columns.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = cell(CellValues.at(columns.get(i), row));
        }
        return cells;
    }

    private static Cell cell(@Nullable Object value) {
        if (value == null) {
            return new Cell("NULL", true);
        }
        String text = CellText.of(value);
        if (text.equals("NULL") && value instanceof String) {
            return new Cell("'NULL'", false);
        }
        return new Cell(onOneLine(text.length() > LONGEST_CELL ? text.substring(0, LONGEST_CELL) : text), false);
    }

    /** A cell must neither break the table nor send commands to the terminal. */
    static String onOneLine(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        text.chars().forEach(character -> {
            switch (character) {
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                default -> {
                    if (Character.isISOControl(character)) {
                        escaped.append(String.format(Locale.ROOT, "\\u%04x", character));
                    } else {
                        escaped.append((char) character);
                    }
                }
            }
        });
        return escaped.toString();
    }

    @Override
    public void finish(String summary) {
        String action = schema.getCustomMetadata() == null
                ? null
                : schema.getCustomMetadata().get(ACTION);
        if (action != null) {
            terminal.line(outcome(onOneLine(action)) + (summary.isEmpty() ? "" : " in " + summary));
            return;
        }
        TableLayout layout = new TableLayout(schema, optional, terminal);
        boolean omitted = total > head.size() + tail.size();
        layout.print(head, List.copyOf(tail), omitted);
        StringBuilder footer = new StringBuilder();
        footer.append(count(total, "row"));
        if (omitted) {
            footer.append(String.format(Locale.ROOT, " (%,d shown)", head.size() + tail.size()));
        }
        if (layout.hiddenColumns() > 0) {
            int columns = schema.getFields().size();
            footer.append(", ")
                    .append(count(columns, "column"))
                    .append(String.format(Locale.ROOT, " (%,d shown)", columns - layout.hiddenColumns()));
        }
        terminal.line(terminal.dim(footer + (summary.isEmpty() ? "" : ", " + summary)));
    }

    /** A statement that changed a table answers with one number: how many rows it changed. */
    private String outcome(String action) {
        String changed = head.isEmpty() ? "0" : head.get(0)[0].text();
        boolean counts = !action.startsWith("CREATE ") && !action.startsWith("DROP ");
        return action + ": " + (counts ? count(Long.parseLong(changed), "row") : "done");
    }

    private static String count(long amount, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", amount, noun, amount == 1 ? "" : "s");
    }
}
