package dev.eider.cli;

import dev.eider.cli.display.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Shows in a few seconds what Eider does. */
@Command(name = "demo", mixinStandardHelpOptions = true, description = "Show in a few seconds what Eider does.%n")
final class DemoCommand implements Callable<Integer> {
    private final Terminal terminal;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.line("");
        return 0;
    }
}
