package dev.eider.cli;

import dev.eider.cli.display.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What one command printed and returned. */
record CommandRun(int exitCode, String out, String err) {

    /** Runs a command with nothing on its standard input and nobody watching. */
    static CommandRun of(Map<String, String> environment, String... arguments) {
        return withInput("", environment, arguments);
    }

    /** Runs a command before a person, on a screen of so many columns. */
    static CommandRun onScreen(int columns, Map<String, String> environment, String... arguments) {
        return on(new Terminal.Screen(true, true, columns), "", environment, arguments);
    }

    static CommandRun withInput(String input, Map<String, String> environment, String... arguments) {
        return on(Terminal.Screen.NONE, input, environment, arguments);
    }

    private static CommandRun on(
            Terminal.Screen screen, String input, Map<String, String> environment, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal = new Terminal(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                screen);
        int exitCode = Eider.run(terminal, arguments);
        return new CommandRun(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
