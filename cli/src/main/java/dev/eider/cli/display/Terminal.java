package dev.eider.cli.display;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;

/**
 * Where a command reads and prints, so that a test can stand in for a person.
 *
 * <p>Immutable; the streams in it are as thread-safe as {@link PrintStream} is.
 *
 * @param in standard input
 * @param out results, and nothing else
 * @param err progress, remarks and errors
 * @param environment variables of the process
 * @param screen what a person sees of it
 */
public record Terminal(
        InputStream in, PrintStream out, PrintStream err, Map<String, String> environment, Screen screen) {

    private static final int DEFAULT_COLUMNS = 80;
    private static final int MIN_COLUMNS = 20;

    public Terminal {
        environment = Map.copyOf(environment);
    }

    /**
     * Which streams reach a person's screen, and how wide it is.
     *
     * @param showsOut whether results do; otherwise they go to a file or another program
     * @param showsErr whether progress and errors do
     * @param columns characters of one line
     */
    public record Screen(boolean showsOut, boolean showsErr, int columns) {

        /** Nobody watches: everything goes to files or programs. */
        public static final Screen NONE = new Screen(false, false, DEFAULT_COLUMNS);
    }

    /** Returns this process's streams, always in UTF-8; the launcher tells which of them are terminals. */
    public static Terminal ofProcess() {
        Screen screen = new Screen(
                Boolean.getBoolean("eider.stdout.terminal"),
                Boolean.getBoolean("eider.stderr.terminal"),
                columns(Integer.getInteger("eider.columns", DEFAULT_COLUMNS)));
        return new Terminal(
                System.in,
                LoudOutput.to(new FileOutputStream(FileDescriptor.out)),
                LoudOutput.to(new FileOutputStream(FileDescriptor.err)),
                System.getenv(),
                screen);
    }

    /** A terminal that was never given a size says that it has 0 columns. */
    static int columns(int reported) {
        return reported <= 0 ? DEFAULT_COLUMNS : Math.max(MIN_COLUMNS, reported);
    }

    /** Returns a grey version of {@code text} where results reach a screen that has colours, else the text. */
    public String dim(String text) {
        return coloured() ? "\u001b[2m" + text + "\u001b[0m" : text;
    }

    /** Returns a bold version of {@code text} where results reach a screen that has colours, else the text. */
    public String bold(String text) {
        return coloured() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    private boolean coloured() {
        return screen.showsOut() && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** Prints one line of results at once, for commands whose output someone follows. */
    public void line(String text) {
        out.print(text + "\n");
        out.flush();
    }

    /** Prints one remark to the error stream at once. */
    public void remark(String text) {
        err.print(text + "\n");
        err.flush();
    }
}
