package dev.eider.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the help of the whole command or of one subcommand. */
@Command(
        name = "help",
        mixinStandardHelpOptions = true,
        helpCommand = true,
        description = "Print the help of Eider or of one of its commands.",
        footer = {"%nExamples:", "  eider help", "  eider help ingest"})
final class HelpCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "COMMAND", description = "Which one. Default: all of them")
    private @Nullable String command;

    @Override
    public Integer call() {
        CommandLine root = Optional.ofNullable(spec)
                .map(CommandSpec::root)
                .map(CommandSpec::commandLine)
                .orElseThrow();
        CommandLine described = command == null ? root : root.getSubcommands().get(command);
        if (described == null) {
            throw new UsageException("there is no command '" + command + "': `eider help` lists them");
        }
        described.usage(root.getOut());
        return 0;
    }
}
