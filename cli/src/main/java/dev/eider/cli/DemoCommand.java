package dev.eider.cli;

import dev.eider.cli.client.GatewayAddress;
import dev.eider.cli.demo.Demonstration;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.Terminal;
import dev.eider.cli.local.LocalGateway;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows in a few seconds what Eider does. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Show in a few seconds what Eider does.",
            "Starts a gateway on a temporary warehouse, lets four writers load a month of real flights at once,"
                    + " asks questions, and asks one of them again as of an earlier snapshot. Removes everything"
                    + " afterwards."
        },
        footer = {
            "%nExamples:",
            "  eider demo",
            "  eider demo --keep      goes on serving, to explore",
            "  eider demo --warehouse s3://bucket/prefix",
            "%nThe settings storage.s3.* and engine.* in the environment apply (EIDER_STORAGE_S3_ENDPOINT …), no others."
        })
final class DemoCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--keep", description = "Go on serving the demonstration's tables until Ctrl-C")
    private boolean keep;

    @Option(
            names = {"-w", "--warehouse"},
            paramLabel = "LOCATION",
            description = "Keep its tables in a part of their own below this place: a directory or s3://bucket/prefix."
                    + " Default: a temporary directory")
    private @Nullable String warehouse;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        Path examples = examples();
        Path directory = Files.createTempDirectory("eider-demo-");
        // Also Ctrl-C waits until the directory is gone.
        try (Stop stop = Stop.onSignal(Duration.ofMinutes(1))) {
            try {
                run(examples, directory, stop);
            } finally {
                removeAll(directory);
                terminal.line("Removed the temporary warehouse " + location(directory) + ".");
            }
        }
        return 0;
    }

    private void run(Path examples, Path directory, Stop stop) throws Exception {
        long started = System.nanoTime();
        Map<String, String> settings = Map.of(
                "server.host",
                "127.0.0.1",
                "server.port",
                "0",
                "warehouse",
                location(directory),
                "catalog.uri",
                "jdbc:sqlite:" + directory.resolve("catalog.db"),
                "engine.temp-directory",
                directory.resolve("spill").toString(),
                "storage.cache.directory",
                directory.resolve("cache").toString());
        try (LocalGateway gateway = LocalGateway.start(settings, environment())) {
            try {
                show(gateway, examples, stop, started);
            } finally {
                gateway.deleteAllFiles();
            }
        }
    }

    /** Of a temporary name, so that nobody else's files are removed afterwards. */
    private String location(Path directory) {
        return warehouse == null
                ? directory.resolve("warehouse").toString()
                : warehouse.replaceFirst("/+$", "") + "/" + directory.getFileName();
    }

    /** The environment is that of other gateways: a catalog named there must not be touched. */
    private Map<String, String> environment() {
        Map<String, String> kept = new HashMap<>(terminal.environment());
        kept.keySet().removeIf(name -> !name.startsWith("EIDER_STORAGE_S3_") && !name.startsWith("EIDER_ENGINE_"));
        return kept;
    }

    private void show(LocalGateway gateway, Path examples, Stop stop, long started) throws Exception {
        Duration startUp = Amounts.since(started);
        GatewayAddress address = GatewayAddress.parse(gateway.description().url());
        Demonstration demonstration = new Demonstration(terminal, address, examples, () -> endIf(stop.isWanted()));
        demonstration.introduce(gateway.description().warehouse(), startUp);
        demonstration.run();
        terminal.line("");
        terminal.line("Done in " + Amounts.duration(Amounts.since(started)) + ".");
        demonstration.suggest(keep);
        if (keep) {
            stop.await();
        }
    }

    private static void endIf(boolean stopped) {
        if (stopped) {
            throw new CancellationException("the demonstration was stopped");
        }
    }

    private Path examples() throws IOException {
        String home = terminal.environment().getOrDefault("EIDER_HOME", "");
        if (home.isEmpty()) {
            throw new IOException(
                    "EIDER_HOME is not set, so the example data cannot be found: start with ./eider demo");
        }
        Path examples = Path.of(home, "examples");
        if (!Files.isRegularFile(examples.resolve(Demonstration.FLIGHTS_FILE))) {
            throw new IOException(
                    "the example data is missing: there is no " + Demonstration.FLIGHTS_FILE + " in " + examples);
        }
        return examples;
    }

    private static void removeAll(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.sorted(Comparator.reverseOrder()).forEach(DemoCommand::remove);
        }
    }

    private static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
