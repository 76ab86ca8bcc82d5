package dev.eider.cli.display;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows how far a long task is: a bar that is redrawn on a screen, a plain line now and then elsewhere.
 *
 * <p>Confined to one thread. Prints to the error stream, so that results stay clean.
 */
public final class ProgressLine {
    private static final Duration REDRAW = Duration.ofMillis(100);
    private static final Duration PLAIN_LINE = Duration.ofSeconds(5);
    private static final int BAR = 24;

    private final Terminal terminal;
    private final String name;
    private final long totalRows;
    private final LongSupplier nanoTime;
    private final long started;
    private long lastDrawn;

    /** Begins the progress of a task of {@code totalRows} rows, by the system's clock. */
    public ProgressLine(Terminal terminal, String name, long totalRows) {
        this(terminal, name, totalRows, System::nanoTime);
    }

    ProgressLine(Terminal terminal, String name, long totalRows, LongSupplier nanoTime) {
        this.terminal = terminal;
        this.name = name;
        this.totalRows = totalRows;
        this.nanoTime = nanoTime;
        this.started = nanoTime.getAsLong();
        this.lastDrawn = started;
    }

    /** Tells that {@code rows} rows are done; draws only if that is due. */
    public void update(long rows) {
        long now = nanoTime.getAsLong();
        boolean watched = terminal.screen().showsErr();
        if (now - lastDrawn < (watched ? REDRAW : PLAIN_LINE).toNanos()) {
            return;
        }
        lastDrawn = now;
        String text = text(rows, Duration.ofNanos(now - started));
        if (watched) {
            int room = terminal.screen().columns() - 1;
            terminal.err().print("\r" + TextWidth.left(TextWidth.cut(text, room), room));
            terminal.err().flush();
        } else {
            terminal.remark(text);
        }
    }

    /** Removes the bar, so that the next line begins on a clean one. */
    public void clear() {
        if (terminal.screen().showsErr()) {
            terminal.err().print("\r\u001b[K");
            terminal.err().flush();
        }
    }

    private String text(long rows, Duration elapsed) {
        double share = totalRows == 0 ? 1 : Math.min(1.0, (double) rows / totalRows);
        double rowsPerSecond = rows / Math.max(1e-3, elapsed.toMillis() / 1000.0);
        String bar = terminal.screen().showsErr() ? " [" + bar(share) + "]" : "";
        String left = rows == 0 || rows >= totalRows
                ? ""
                : ", " + Amounts.duration(Duration.ofMillis((long) (1000 * (totalRows - rows) / rowsPerSecond)))
                        + " left";
        return String.format(
                Locale.ROOT,
                "%s%s %3.0f%% %,d rows, %,.0f rows/s%s",
                name,
                bar,
                share * 100,
                rows,
                rowsPerSecond,
                left);
    }

    private static String bar(double share) {
        int done = (int) (share * BAR);
        return "█".repeat(done) + "░".repeat(BAR - done);
    }
}
