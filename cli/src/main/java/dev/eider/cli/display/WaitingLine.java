package dev.eider.cli.display;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Shows on a screen that a call without an answer yet is still running, and for how long.
 *
 * <p>Draws from two seconds on, on the error stream, and only where a person sees that. Thread-safe: once {@link #close}
 * has returned, the line is gone and nothing is drawn any more.
 */
public final class WaitingLine implements AutoCloseable {
    private static final Duration FIRST = Duration.ofSeconds(2);
    private static final Duration REDRAW = Duration.ofMillis(500);

    private final Terminal terminal;
    private final String text;
    private final long started = System.nanoTime();
    private final ScheduledExecutorService timer;
    private boolean drawn;
    private boolean closed;

    private WaitingLine(Terminal terminal, String text) {
        this.terminal = terminal;
        this.text = text;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "waiting-line");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins to wait; {@code text} says for what, such as {@code Running}. */
    public static WaitingLine start(Terminal terminal, String text) {
        return start(terminal, text, FIRST);
    }

    static WaitingLine start(Terminal terminal, String text, Duration first) {
        WaitingLine line = new WaitingLine(terminal, text);
        if (terminal.screen().showsErr()) {
            var unused = line.timer.scheduleAtFixedRate(
                    line::draw, first.toMillis(), REDRAW.toMillis(), TimeUnit.MILLISECONDS);
        }
        return line;
    }

    private synchronized void draw() {
        if (!closed) {
            double seconds = Amounts.since(started).toMillis() / 1000.0;
            String line = String.format(Locale.ROOT, "%s… %.0f s (Ctrl-C cancels)", text, seconds);
            terminal.err().print("\r" + TextWidth.cut(line, terminal.screen().columns() - 1));
            terminal.err().flush();
            drawn = true;
        }
    }

    /** Removes the line; further calls do nothing. */
    @Override
    public synchronized void close() {
        timer.shutdownNow();
        if (drawn && !closed) {
            terminal.err().print("\r\u001b[K");
            terminal.err().flush();
        }
        closed = true;
    }
}
