package dev.eider.cli;

import dev.eider.cli.display.Listing;
import dev.eider.cli.display.Terminal;
import dev.eider.cli.local.LocalExtensions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Fetches or shows the extensions of DuckDB that a gateway on this host uses. */
@Command(
        name = "extensions",
        mixinStandardHelpOptions = true,
        description = {
            "Show or fetch the DuckDB extensions that `eider serve` can use on this host.",
            "They are optional: without them every table is read all the same."
        },
        footer = {
            "%nExamples:",
            "  eider extensions status",
            "  eider extensions install",
            "  eider extensions install --set engine.extension-directory=/opt/duckdb"
        })
final class ExtensionsCommand implements Callable<Integer> {
    private final Terminal terminal;

    /** What there is to do. */
    enum Task {
        STATUS,
        INSTALL
    }

    @Parameters(
            index = "0",
            paramLabel = "status|install",
            description = "status tries what is there; install fetches what is missing, over the network")
    private Task task = Task.STATUS;

    @Option(
            names = "--from",
            paramLabel = "REPOSITORY",
            description = "Directory or URL that is laid out like DuckDB's own repository, for install")
    private @Nullable String repository;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "A configuration key, as `eider serve` takes it")
    private Map<String, String> settings = new LinkedHashMap<>();

    ExtensionsCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        LocalExtensions extensions = new LocalExtensions(settings, terminal.environment());
        List<LocalExtensions.Entry> entries =
                switch (task) {
                    case STATUS -> extensions.status();
                    case INSTALL -> extensions.install(Optional.ofNullable(repository));
                };
        Listing listing = new Listing(List.of("extension", "version", "state", "path"), Set.of());
        for (LocalExtensions.Entry entry : entries) {
            listing.add(
                    entry.name(), entry.version(), entry.problem().isEmpty() ? "loads" : "does not load", entry.path());
        }
        listing.print(terminal);
        List<LocalExtensions.Entry> unusable =
                entries.stream().filter(entry -> !entry.problem().isEmpty()).toList();
        unusable.forEach(entry -> terminal.remark(entry.name() + ": " + entry.problem()));
        if (!unusable.isEmpty()) {
            terminal.remark("Without them `eider serve` reads tables as planned from their metadata."
                    + " `eider extensions install` fetches them.");
        }
        return 0;
    }
}
