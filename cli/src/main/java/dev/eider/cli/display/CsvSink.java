package dev.eider.cli.display;

import java.io.PrintStream;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Prints rows as CSV by RFC 4180, with a header and lines that end in LF.
 *
 * <p>NULL is an empty field, the empty text is {@code ""}. Holds few rows. Confined to one thread.
 */
public final class CsvSink implements RowSink {
    /** Characters handed on at once: a call for each line would cost more than the line. */
    private static final int CHUNK = 1 << 15;

    private final PrintStream out;
    private final StringBuilder line = new StringBuilder();

    /** Prints to {@code out}, which stays the caller's. */
    public CsvSink(PrintStream out) {
        this.out = out;
    }

    @Override
    public void start(Schema schema) {
        String separator = "";
        for (Field field : schema.getFields()) {
            line.append(separator);
            append(field.getName());
            separator = ",";
        }
        endLine();
    }

    @Override
    public void batch(List<FieldVector> columns, int rows) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns.size(); column++) {
                if (column > 0) {
                    line.append(',');
                }
                append(CellValues.at(columns.get(column), row));
            }
            endLine();
        }
    }

    @Override
    public void flush() {
        flushLines();
        out.flush();
    }

    @Override
    public void finish(String summary) {
        flush();
    }

    private void append(@Nullable Object value) {
        if (value == null) {
            return;
        }
        if (!(value instanceof String) && CellText.isPlain(value)) {
            CellText.append(line, value);
            return;
        }
        line.append(quoted(CellText.of(value)));
    }

    /** Returns a text as a field of RFC 4180: in quotes where it needs them. */
    static String quoted(String text) {
        return needsQuotes(text) ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    private static boolean needsQuotes(String text) {
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character == ',' || character == '"' || character == '\n' || character == '\r') {
                return true;
            }
        }
        return text.isEmpty();
    }

    private void endLine() {
        line.append('\n');
        if (line.length() >= CHUNK) {
            flushLines();
        }
    }

    private void flushLines() {
        out.append(line);
        line.setLength(0);
    }
}
