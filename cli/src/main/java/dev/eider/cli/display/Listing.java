package dev.eider.cli.display;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Prints a short list in columns, without lines around it.
 *
 * <p>Confined to one thread.
 */
public final class Listing {
    private final List<String> header;
    private final Set<Integer> rightAligned;
    private final List<List<String>> rows = new ArrayList<>();

    /** Makes an empty list; {@code rightAligned} are the positions of columns that hold numbers. */
    public Listing(List<String> header, Set<Integer> rightAligned) {
        this.header = List.copyOf(header);
        this.rightAligned = Set.copyOf(rightAligned);
    }

    /** Adds a line, one text for each column. */
    public void add(String... texts) {
        rows.add(Arrays.stream(texts).map(TableSink::onOneLine).toList());
    }

    /** Adds a line of text below the last one, as wide as it likes. */
    public void addNote(String text) {
        rows.add(List.of(TableSink.onOneLine(text)));
    }

    /** Prints the header and all lines. */
    public void print(Terminal terminal) {
        int[] widths = new int[header.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = TextWidth.of(header.get(i));
            for (List<String> row : rows) {
                widths[i] = isNote(row) ? widths[i] : Math.max(widths[i], TextWidth.of(row.get(i)));
            }
        }
        terminal.line(terminal.bold(line(header, widths)));
        rows.forEach(row -> terminal.line(isNote(row) ? row.get(0) : line(row, widths)));
    }

    private boolean isNote(List<String> row) {
        return row.size() < header.size();
    }

    private String line(List<String> texts, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(i == 0 ? "" : "  ");
            line.append(
                    rightAligned.contains(i)
                            ? TextWidth.right(texts.get(i), widths[i])
                            : TextWidth.left(texts.get(i), widths[i]));
        }
        return line.toString().stripTrailing();
    }
}
