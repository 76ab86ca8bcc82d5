package dev.eider.cli;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.client.PutProgress;
import dev.eider.cli.client.Receipt;
import dev.eider.cli.client.TableName;
import dev.eider.cli.client.WriteSettings;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.ProgressLine;
import dev.eider.cli.display.Terminal;
import dev.eider.cli.files.ParquetFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Loads files into a table. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "Load Parquet files into a table, each file as one append.",
            "The files are read here and sent as Arrow; the gateway needs no access to them."
        },
        footer = {
            "%nExamples:",
            "  eider ingest flights.parquet --table flights",
            "  eider ingest 2024-*.parquet --table sales.orders --mode append",
            "  eider ingest huge.parquet --table huge --commit-every-rows 1000000"
        })
final class IngestCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final ConnectionOptions connection;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Parquet files")
    private List<Path> files = List.of();

    @Option(
            names = {"-n", "--table"},
            required = true,
            paramLabel = "TABLE",
            description = "Where the rows go: table or namespace.table")
    private String table = "";

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "append (the table must exist), create (it must not) or create_append. Default: create_append")
    private @Nullable String mode;

    @Option(
            names = "--commit-every-rows",
            paramLabel = "N",
            description = "Commit in steps of about N rows. Default: once, at the end of each file")
    private long commitEveryRows;

    @Option(
            names = "--commit-every-seconds",
            paramLabel = "N",
            description = "Commit about every N seconds. Default: once, at the end of each file")
    private long commitEverySeconds;

    IngestCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        TableName name = UsageException.parsed(() -> TableName.parse(table));
        WriteSettings settings = new WriteSettings(
                Optional.ofNullable(mode)
                        .map(text -> text.toLowerCase(Locale.ROOT).replace('-', '_')),
                commitEveryRows,
                commitEverySeconds > 0 ? Optional.of(Duration.ofSeconds(commitEverySeconds)) : Optional.empty());
        return connection.connected(terminal, (client, allocator) -> {
            for (Path file : files) {
                ingest(client, allocator, file, name, settings);
            }
            return 0;
        });
    }

    private void ingest(
            EiderClient client, BufferAllocator allocator, Path path, TableName name, WriteSettings settings)
            throws Exception {
        long started = System.nanoTime();
        try (ParquetFile file = ParquetFile.open(path)) {
            ProgressLine progress = new ProgressLine(terminal, String.valueOf(path.getFileName()), file.rows());
            List<Receipt> receipts;
            try (ArrowReader rows = file.stream(allocator)) {
                receipts = client.append(name, settings, rows, drawing(progress));
            } finally {
                progress.clear();
            }
            summarise(path, name, receipts, Amounts.since(started));
        }
    }

    private static PutProgress drawing(ProgressLine progress) {
        return new PutProgress() {
            @Override
            public void sent(long rows) {
                progress.update(rows);
            }

            @Override
            public void committed(Receipt receipt) {}
        };
    }

    private void summarise(Path path, TableName name, List<Receipt> receipts, Duration elapsed) {
        long rows = receipts.stream().mapToLong(Receipt::rows).sum();
        long bytes = receipts.stream().mapToLong(Receipt::bytes).sum();
        int dataFiles = receipts.stream().mapToInt(Receipt::fileCount).sum();
        double seconds = Math.max(1e-3, elapsed.toMillis() / 1000.0);
        String target = receipts.isEmpty()
                ? name.toString()
                : receipts.get(receipts.size() - 1).table();
        terminal.line(path + " -> " + target + ": " + Amounts.count(rows, "row") + " in " + Amounts.duration(elapsed)
                + String.format(Locale.ROOT, " (%,.0f rows/s), ", rows / seconds)
                + Amounts.count(dataFiles, "data file") + " of " + Amounts.bytes(bytes) + ", "
                + (receipts.size() == 1
                        ? receipts.get(0).snapshot() + " committed in "
                                + receipts.get(0).commitMillis() + " ms"
                        : Amounts.count(receipts.size(), "commit")));
    }
}
