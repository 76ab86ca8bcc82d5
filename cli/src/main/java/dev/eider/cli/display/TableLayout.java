package dev.eider.cli.display;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Decides how wide each column of a table is shown, and draws the table.
 *
 * <p>On a screen that is too narrow, columns that may go are left out first, then long values are cut; if that is not
 * enough, columns in the middle are left out.
 * Confined to one thread.
 */
final class TableLayout {
    private static final int NARROWEST = 12;
    private static final String GAP = "…";

    private final Terminal terminal;
    private final List<String> names = new ArrayList<>();
    private final List<String> types = new ArrayList<>();
    private final List<Boolean> numbers = new ArrayList<>();
    private final List<Integer> shown = new ArrayList<>();
    private final boolean[] cuttable;
    private final Set<String> optional;
    private int[] widths = {};
    /** The least that each column can be cut to: part of a text still says something, part of a number misleads. */
    private int[] floors = {};

    private int hidden;

    /** Lays out the columns of {@code schema}, of which those named {@code optional} are shown only where there is room. */
    TableLayout(Schema schema, Set<String> optional, Terminal terminal) {
        this.terminal = terminal;
        this.optional = optional;
        List<Field> fields = schema.getFields();
        cuttable = new boolean[fields.size()];
        for (Field field : fields) {
            cuttable[names.size()] = !TypeName.isNumber(field) && !TypeName.isTime(field);
            names.add(TableSink.onOneLine(field.getName()));
            types.add(TypeName.of(field));
            numbers.add(TypeName.isNumber(field));
        }
    }

    /** Returns how many columns did not fit. */
    int hiddenColumns() {
        return hidden;
    }

    /** Prints the table; with {@code omitted}, dots between its first and its last rows. */
    void print(List<TableSink.Cell[]> head, List<TableSink.Cell[]> tail, boolean omitted) {
        measure(head, tail);
        if (terminal.screen().showsOut()) {
            fit(terminal.screen().columns());
        }
        rule("┌", "┬", "┐");
        header(names);
        header(types);
        if (!head.isEmpty()) {
            rule("├", "┼", "┤");
        }
        head.forEach(this::row);
        if (omitted) {
            for (int i = 0; i < 3; i++) {
                header(names.stream().map(name -> "·").toList());
            }
        }
        tail.forEach(this::row);
        rule("└", "┴", "┘");
    }

    private void measure(List<TableSink.Cell[]> head, List<TableSink.Cell[]> tail) {
        widths = new int[names.size()];
        floors = new int[names.size()];
        for (int i = 0; i < widths.length; i++) {
            shown.add(i);
            int values = Math.max(widestValue(head, i), widestValue(tail, i));
            widths[i] = Math.max(values, Math.max(TextWidth.of(names.get(i)), TextWidth.of(types.get(i))));
            floors[i] = Math.min(widths[i], cuttable[i] ? NARROWEST : Math.max(NARROWEST, values));
        }
    }

    private static int widestValue(List<TableSink.Cell[]> rows, int column) {
        return rows.stream()
                .mapToInt(row -> TextWidth.of(row[column].text()))
                .max()
                .orElse(0);
    }

    private void fit(int columns) {
        hideOptional(columns);
        int[] wanted = widths.clone();
        while (totalWidth() > columns) {
            int most = mostCuttable();
            if (widths[most] > floors[most]) {
                widths[most] = Math.max(floors[most], widths[most] - (totalWidth() - columns));
            } else if (shown.stream().filter(column -> !isGap(column)).count() > 2) {
                hideMiddle();
            } else {
                return;
            }
        }
        // Leaving a column out may leave more room than was missing.
        for (int column : shown) {
            if (!isGap(column)) {
                widths[column] = Math.min(wanted[column], widths[column] + columns - totalWidth());
            }
        }
    }

    private void hideOptional(int columns) {
        for (int last = shown.size() - 1; last > 0 && totalWidth() > columns; last--) {
            if (optional.contains(names.get(last))) {
                shown.remove(last);
                hidden++;
            }
        }
    }

    private int mostCuttable() {
        int most = isGap(shown.get(0)) ? shown.get(1) : shown.get(0);
        for (int column : shown) {
            if (!isGap(column) && widths[column] - floors[column] > widths[most] - floors[most]) {
                most = column;
            }
        }
        return most;
    }

    private void hideMiddle() {
        int middle = shown.size() / 2;
        int gap = shown.indexOf(-1);
        if (gap < 0) {
            shown.set(middle, -1);
        } else {
            shown.remove(gap >= shown.size() - gap ? gap - 1 : gap + 1);
        }
        hidden++;
    }

    private static boolean isGap(int column) {
        return column < 0;
    }

    private int width(int column) {
        return isGap(column) ? 1 : widths[column];
    }

    private int totalWidth() {
        int total = 1;
        for (int column : shown) {
            total += width(column) + 3;
        }
        return total;
    }

    private void rule(String left, String between, String right) {
        List<String> parts =
                shown.stream().map(column -> "─".repeat(width(column) + 2)).toList();
        terminal.out().print(left + String.join(between, parts) + right + "\n");
    }

    private void header(List<String> texts) {
        List<String> cells = new ArrayList<>();
        for (int column : shown) {
            String text = isGap(column) ? GAP : TextWidth.cut(texts.get(column), width(column));
            cells.add(TextWidth.centre(text, width(column)));
        }
        line(cells);
    }

    private void row(TableSink.Cell[] row) {
        List<String> cells = new ArrayList<>();
        for (int column : shown) {
            if (isGap(column)) {
                cells.add(GAP);
                continue;
            }
            String text = TextWidth.cut(row[column].text(), width(column));
            String padded =
                    numbers.get(column) ? TextWidth.right(text, width(column)) : TextWidth.left(text, width(column));
            cells.add(row[column].missing() ? terminal.dim(padded) : padded);
        }
        line(cells);
    }

    private void line(List<String> cells) {
        terminal.out().print("│ " + String.join(" │ ", cells) + " │\n");
    }
}
