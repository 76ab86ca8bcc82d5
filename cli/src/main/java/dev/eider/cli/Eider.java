package dev.eider.cli;

import dev.eider.catalog.EiderException;
import dev.eider.cli.client.GatewayException;
import dev.eider.cli.display.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** The {@code eider} command: finds the subcommand, runs it, and turns its failure into one line and an exit code. */
@Command(
        name = "eider",
        mixinStandardHelpOptions = true,
        versionProvider = ProductVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "An open lakehouse gateway: Arrow Flight in and out, Apache Iceberg tables, SQL by DuckDB.",
        footer = {
            "%nExamples:",
            "  eider demo                                 see what it does, in seconds",
            "  eider serve                                run a gateway that keeps its data in ./eider-data",
            "  eider ingest flights.parquet --table flights",
            "  eider query \"SELECT count(*) FROM flights\"",
            "%nExit codes: 0 done, 1 failed, 2 wrong usage. `eider COMMAND --help` tells more."
        })
public final class Eider {
    /** Commands that work on this host instead of calling a gateway. */
    private static final List<String> LOCAL = List.of("serve", "demo", "extensions", "help");

    /** The narrowest page of help that picocli lays out; a narrower terminal breaks its lines itself. */
    private static final int MIN_HELP_WIDTH = 55;

    private static final int MAX_HELP_WIDTH = 120;

    @Mixin
    private final ConnectionOptions connection = new ConnectionOptions();

    private Eider() {}

    /** Runs the command that the arguments name, and ends the process with its exit code. */
    public static void main(String... arguments) {
        boolean serves = Arrays.stream(arguments).anyMatch("serve"::equals);
        String levelKey = "org.slf4j.simpleLogger.defaultLogLevel";
        if (serves && System.getProperty(levelKey) == null) {
            System.setProperty(levelKey, "info");
        }
        Terminal terminal = Terminal.ofProcess();
        int exitCode = run(terminal, arguments);
        System.exit(flushed(terminal) ? exitCode : CommandLine.ExitCode.SOFTWARE);
    }

    private static boolean flushed(Terminal terminal) {
        try {
            terminal.out().flush();
            terminal.err().flush();
            return true;
        } catch (UncheckedIOException e) {
            return false; // whoever read it is gone
        }
    }

    /** Runs one command against {@code terminal}; returns its exit code. */
    static int run(Terminal terminal, String... arguments) {
        CommandLine line = commandLine(terminal);
        if (arguments.length == 0) {
            terminal.err().print(line.getUsageMessage());
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(arguments);
    }

    /** Returns the command with every subcommand of it. */
    static CommandLine commandLine(Terminal terminal) {
        return new Eider().withSubcommands(terminal);
    }

    private CommandLine withSubcommands(Terminal terminal) {
        CommandLine line = new CommandLine(this)
                .addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new DemoCommand(terminal))
                .addSubcommand(new PingCommand(terminal, connection))
                .addSubcommand(new QueryCommand(terminal, connection))
                .addSubcommand(new IngestCommand(terminal, connection))
                .addSubcommand(new WriteCommand(terminal, connection))
                .addSubcommand(new ReadCommand(terminal, connection))
                .addSubcommand(new FollowCommand(terminal, connection))
                .addSubcommand(new TablesCommand(terminal, connection))
                .addSubcommand(new SnapshotsCommand(terminal, connection))
                .addSubcommand(new OrphansCommand(terminal, connection))
                .addSubcommand(new ExtensionsCommand(terminal))
                .addSubcommand(new HelpCommand());
        line.setOut(new PrintWriter(terminal.out(), true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(terminal.err(), true, StandardCharsets.UTF_8));
        line.setUsageHelpWidth(helpWidth(terminal.screen()));
        line.setUsageHelpLongOptionsMaxWidth(30);
        layOutHelp(line.getCommandSpec());
        line.getSubcommands().forEach((name, command) -> {
            layOutHelp(command.getCommandSpec());
            if (LOCAL.contains(name)) {
                forgetConnection(command.getCommandSpec());
            }
        });
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setAbbreviatedOptionsAllowed(false);
        line.setParameterExceptionHandler(usageErrors(terminal));
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            report(terminal, failure);
            return failure instanceof UsageException ? CommandLine.ExitCode.USAGE : CommandLine.ExitCode.SOFTWARE;
        });
        return line;
    }

    private static int helpWidth(Terminal.Screen screen) {
        return screen.showsOut() ? Math.max(MIN_HELP_WIDTH, Math.min(MAX_HELP_WIDTH, screen.columns())) : 100;
    }

    /** The options that name a gateway to call make no sense for one that is being started. */
    private static void forgetConnection(CommandSpec spec) {
        for (OptionSpec option : List.copyOf(spec.options())) {
            if (option.inherited() && !option.longestName().equals("--verbose")) {
                spec.remove(option);
            }
        }
    }

    private static void layOutHelp(CommandSpec spec) {
        spec.usageMessage()
                .abbreviateSynopsis(true)
                .synopsisHeading("Usage: ")
                .descriptionHeading("%n")
                .parameterListHeading("%nArguments:%n")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n");
    }

    private static IParameterExceptionHandler usageErrors(Terminal terminal) {
        return (failure, arguments) -> {
            CommandLine command = failure.getCommandLine();
            terminal.remark("eider: " + usageError(failure));
            List<String> suggestions = suggestions(failure);
            if (!suggestions.isEmpty()) {
                terminal.remark("Did you mean " + String.join(" or ", suggestions) + "?");
            }
            terminal.remark("Try `" + command.getCommandSpec().qualifiedName() + " --help`.");
            return CommandLine.ExitCode.USAGE;
        };
    }

    private static String usageError(ParameterException failure) {
        if (failure instanceof CommandLine.UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String argument = "'" + unmatched.getUnmatched().get(0) + "'";
            boolean isRoot = unmatched.getCommandLine().getParent() == null;
            return isRoot ? "there is no command " + argument : "unexpected argument " + argument;
        }
        return firstLine(failure);
    }

    private static List<String> suggestions(ParameterException failure) {
        return failure instanceof CommandLine.UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions()
                : List.of();
    }

    private void report(Terminal terminal, Exception failure) {
        if (failure instanceof UncheckedIOException unchecked && isBrokenPipe(unchecked)) {
            return; // the reader, for example head, has seen enough
        }
        flushed(terminal);
        terminal.remark("eider: " + sentence(failure));
        if (connection.verbose()) {
            failure.printStackTrace(terminal.err());
        }
    }

    private static boolean isBrokenPipe(UncheckedIOException failure) {
        return String.valueOf(failure.getCause()).endsWith("Broken pipe");
    }

    private static String sentence(Exception failure) {
        boolean meantForPeople = failure instanceof GatewayException
                || failure instanceof IOException
                || failure instanceof UncheckedIOException
                || failure instanceof EiderException
                || failure instanceof CancellationException
                || failure instanceof UsageException;
        // An IOException that had to travel as an unchecked one says nothing more than itself.
        Throwable cause = failure.getCause();
        if (failure instanceof UncheckedIOException && cause instanceof IOException checked) {
            return sentence(checked);
        }
        String message = firstLine(failure);
        return meantForPeople && !message.isEmpty()
                ? message
                : failure.getClass().getSimpleName() + ": " + message + " (--verbose shows more)";
    }

    private static String firstLine(Exception failure) {
        return Optional.ofNullable(failure.getMessage()).orElse("").strip();
    }
}
