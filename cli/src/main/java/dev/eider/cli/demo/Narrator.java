package dev.eider.cli.demo;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.TableSink;
import dev.eider.cli.display.Terminal;
import java.util.Locale;

/** Prints the demonstration: headings, statements with their answers, and lines of several writers. Thread-safe. */
final class Narrator {
    private static final int MAX_ROWS = 40;

    private final Terminal terminal;
    private final Runnable checkpoint;
    private int headings;

    Narrator(Terminal terminal, Runnable checkpoint) {
        this.terminal = terminal;
        this.checkpoint = checkpoint;
    }

    /** Begins a part of the story. */
    synchronized void heading(String text) {
        checkpoint.run();
        headings++;
        title(headings + ". " + text);
    }

    /** Prints a line that stands out. */
    synchronized void title(String text) {
        terminal.line("");
        terminal.line(terminal.bold(text));
        terminal.line("");
    }

    /** Prints one line at once, whole, whoever else is printing. */
    synchronized void line(String text) {
        terminal.line(text);
    }

    /** Shows a statement, runs it and shows its answer. */
    synchronized void ask(EiderClient client, String sql) {
        sql.lines().forEach(line -> terminal.line("  " + line));
        TableSink sink = new TableSink(terminal, MAX_ROWS);
        long started = System.nanoTime();
        client.query(sql, sink::start, sink::batch);
        sink.finish(Amounts.duration(Amounts.since(started)));
    }

    /** Prints a command that a person can copy, and what it is for. */
    synchronized void suggestion(String command, String purpose) {
        String line = purpose.isEmpty() ? "  " + command : String.format(Locale.ROOT, "  %-58s %s", command, purpose);
        terminal.line(line);
    }
}
