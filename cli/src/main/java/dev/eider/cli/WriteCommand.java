package dev.eider.cli;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.client.PutProgress;
import dev.eider.cli.client.Receipt;
import dev.eider.cli.client.TableName;
import dev.eider.cli.client.WriteSettings;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.Terminal;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.arrow.memory.BufferAllocator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Appends generated rows again and again. */
@Command(
        name = "write",
        mixinStandardHelpOptions = true,
        description = "Append generated sensor readings every few seconds, until Ctrl-C, and print each receipt.",
        footer = {
            "%nThe rows: id BIGINT, event_time TIMESTAMP WITH TIME ZONE, sensor VARCHAR, reading DOUBLE.",
            "%nExamples:",
            "  eider write -n readings -i 1",
            "  eider write -n readings -i 0.2 --rows 5000 --count 10",
            "Watch it from a second terminal with: eider read -n readings -i 1"
        })
final class WriteCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final ConnectionOptions connection;

    @Option(
            names = {"-n", "--table"},
            required = true,
            paramLabel = "TABLE",
            description = "Where the rows go: table or namespace.table")
    private String table = "";

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Pause between two appends. Default: ${DEFAULT-VALUE}")
    private double intervalSeconds;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Rows of each append. Default: ${DEFAULT-VALUE}")
    private int rows;

    @Option(names = "--count", paramLabel = "N", description = "Stop after N appends. Default: never")
    private long count = Long.MAX_VALUE;

    WriteCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        TableName name = UsageException.parsed(() -> TableName.parse(table));
        if (rows < 1 || intervalSeconds < 0 || count < 1) {
            throw new UsageException("--rows and --count must be positive, --interval not negative");
        }
        return connection.connected(terminal, (client, allocator) -> {
            try (Stop stop = Stop.onSignal(Duration.ofSeconds(10))) {
                write(client, allocator, name, stop);
            }
            return 0;
        });
    }

    private void write(EiderClient client, BufferAllocator allocator, TableName name, Stop stop)
            throws InterruptedException {
        Duration interval = Duration.ofNanos((long) (intervalSeconds * 1e9));
        long appends = 0;
        long written = 0;
        GeneratedRows.Readings readings = GeneratedRows.Readings.first(rows);
        try {
            do {
                GeneratedRows.Readings these = readings;
                long started = System.nanoTime();
                WriteSettings settings =
                        WriteSettings.DEFAULT.withKey(UUID.randomUUID().toString());
                for (Receipt receipt :
                        client.append(name, settings, () -> new GeneratedRows(allocator, these), PutProgress.NONE)) {
                    print(receipt, Amounts.since(started));
                    written += receipt.rows();
                }
                appends++;
                readings = readings.next();
            } while (appends < count && !stop.wantedWithin(interval));
        } finally {
            terminal.remark(Amounts.count(appends, "append") + ", " + Amounts.count(written, "row") + " committed");
        }
    }

    private void print(Receipt receipt, Duration elapsed) {
        terminal.line(
                LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + "  " + receipt.table() + "  +"
                        + Amounts.count(receipt.rows(), "row") + "  " + receipt.snapshot() + "  sequence "
                        + receipt.sequenceNumber() + "  in " + Amounts.duration(elapsed) + " (commit "
                        + receipt.commitMillis() + " ms)" + receipt.repetition());
    }
}
