package dev.eider.cli;

import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.Terminal;
import dev.eider.cli.local.LocalGateway;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a gateway until it is told to stop. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Run a gateway until Ctrl-C. Without options it keeps everything in ./eider-data.",
        footer = {
            "%nExamples:",
            "  eider serve",
            "  eider serve --port 9000 --warehouse /data/lake/warehouse",
            "  eider serve --host 0.0.0.0 --insecure --set tables.auto-create=false",
            "%nEvery key can also come from the environment: EIDER_SERVER_PORT=9000 is server.port."
        })
final class ServeCommand implements Callable<Integer> {
    /** The gateway has a limit of its own, {@code server.drain-timeout}. */
    private static final Duration LONGEST_STOP = Duration.ofMinutes(10);

    private final Terminal terminal;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "Address to listen on. Default: 127.0.0.1")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "PORT", description = "Flight port, 0 for any free one. Default: 8815")
    private @Nullable Integer port;

    @Option(
            names = {"-w", "--warehouse"},
            paramLabel = "LOCATION",
            description = "Where tables are kept. Default: ./eider-data/warehouse")
    private @Nullable String warehouse;

    @Option(
            names = "--catalog-uri",
            paramLabel = "URI",
            description = "Catalog database, jdbc:sqlite:… Default: catalog.db beside the warehouse")
    private @Nullable String catalogUri;

    @Option(names = "--insecure", description = "Allow --host to be reachable from elsewhere without authentication")
    private boolean insecure;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any other configuration key; repeatable")
    private Map<String, String> settings = new LinkedHashMap<>();

    ServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        try (Stop stop = Stop.onSignal(LONGEST_STOP);
                LocalGateway gateway = LocalGateway.start(settings(), terminal.environment())) {
            LocalGateway.Description running = gateway.description();
            terminal.line("Eider " + ProductVersion.number() + " ready in " + Amounts.duration(sinceStart()) + ": "
                    + running.url() + ", warehouse " + running.warehouse() + ", catalog " + running.catalog());
            terminal.line(running.reads());
            stop.await();
            int calls = gateway.runningCalls();
            terminal.remark(
                    calls == 0
                            ? "Stopping"
                            : "Stopping: waiting for " + Amounts.count(calls, "running call") + " to end, for at most "
                                    + Amounts.duration(running.drainTimeout()) + "; then it cancels them");
        }
        return 0;
    }

    /** Returns all settings of the command line by their dotted key. */
    Map<String, String> settings() {
        Map<String, String> all = new LinkedHashMap<>(settings);
        putIfGiven(all, "server.host", host);
        putIfGiven(all, "server.port", port);
        putIfGiven(all, "warehouse", warehouse);
        putIfGiven(all, "catalog.uri", catalogUri);
        if (insecure) {
            all.put("server.insecure", "true");
        }
        return all;
    }

    private static void putIfGiven(Map<String, String> settings, String key, @Nullable Object value) {
        if (value != null) {
            settings.put(key, value.toString());
        }
    }

    private static Duration sinceStart() {
        // Not the process's: the launcher may have spent part of that on a build.
        return Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime());
    }
}
