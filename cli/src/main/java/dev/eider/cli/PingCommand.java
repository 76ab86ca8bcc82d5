package dev.eider.cli;

import dev.eider.cli.display.Terminal;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Asks whether a gateway answers, and how fast. */
@Command(
        name = "ping",
        mixinStandardHelpOptions = true,
        description = "Ask whether the gateway answers: prints its version and the time of a round trip.",
        footer = {"%nExamples:", "  eider ping", "  eider ping --url grpc://lake.example.com:8815 || echo down"})
final class PingCommand implements Callable<Integer> {
    private static final int ROUNDS = 5;

    private final Terminal terminal;
    private final ConnectionOptions connection;

    PingCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        return connection.connected(terminal, (client, allocator) -> {
            Duration first = client.ping();
            Duration best = first;
            for (int i = 0; i < ROUNDS; i++) {
                Duration round = client.ping();
                best = round.compareTo(best) < 0 ? round : best;
            }
            terminal.line(client.address() + " answers: " + client.version() + ", round trip " + millis(best)
                    + " (the first, with connecting, " + millis(first) + ")");
            return 0;
        });
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
    }
}
