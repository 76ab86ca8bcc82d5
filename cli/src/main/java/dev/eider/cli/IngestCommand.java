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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Loads files into a table. */
@Command(
        name = "ingest",
        mixinStandardHelpOptions = true,
        description = {
            "Load Parquet files into a table, each file as one append.",
            "The files are read here and sent as Arrow; the gateway needs no access to them.",
            "An append that fails for a passing reason is repeated for about a minute, and stores its rows once, unless it"
                    + " commits in steps."
        },
        footer = {
            "%nExamples:",
            "  eider ingest flights.parquet --table flights",
            "  eider ingest 2024-*.parquet --table sales.orders --mode append",
            "  eider ingest orders-17.parquet --table sales.orders --idempotency-key orders-17",
            "  eider ingest huge.parquet --table huge --commit-every-rows 1000000"
        })
final class IngestCommand implements Callable<Integer> {
    /** An append whose rows were all sent is waited for: its outcome is worth knowing. */
    private static final Duration LONGEST_STOP = Duration.ofSeconds(30);

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

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "A name for this append: a later call with the same one stores nothing and gets the first"
                    + " receipt. Default: a random one, which covers repetitions within this call")
    private @Nullable String idempotencyKey;

    @Option(
            names = "--content-digest",
            paramLabel = "TEXT",
            description = "What the rows are, such as a checksum: the same key with another digest is refused")
    private @Nullable String contentDigest;

    @Option(
            names = "--branch",
            paramLabel = "NAME",
            description = "The existing branch that gets the rows. Default: main")
    private @Nullable String branch;

    IngestCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        TableName name = UsageException.parsed(() -> TableName.parse(table));
        if (idempotencyKey != null && files.size() > 1) {
            throw new UsageException("--idempotency-key names one append, but there are " + files.size() + " files");
        }
        WriteSettings settings = UsageException.parsed(this::settings);
        return connection.connected(terminal, (client, allocator) -> {
            try (Stop stop = Stop.onSignal(LONGEST_STOP)) {
                for (Path file : files) {
                    Ingestion ingestion = new Ingestion(file, name, keyed(settings), stop);
                    if (!ingestion.run(client, allocator)) {
                        return CommandLine.ExitCode.SOFTWARE;
                    }
                }
            }
            return 0;
        });
    }

    private WriteSettings settings() {
        return new WriteSettings(
                Optional.ofNullable(mode)
                        .map(text -> text.toLowerCase(Locale.ROOT).replace('-', '_')),
                commitEveryRows,
                commitEverySeconds > 0 ? Optional.of(Duration.ofSeconds(commitEverySeconds)) : Optional.empty(),
                Optional.ofNullable(idempotencyKey),
                Optional.ofNullable(contentDigest),
                Optional.ofNullable(branch));
    }

    /** Gives every file a key of its own, so that its append can be repeated. */
    private static WriteSettings keyed(WriteSettings settings) {
        return settings.inSteps() || settings.idempotencyKey().isPresent()
                ? settings
                : settings.withKey(UUID.randomUUID().toString());
    }

    /** One file on its way into the table. Confined to one thread, but for the receipts. */
    private final class Ingestion implements PutProgress {
        private final Path path;
        private final TableName table;
        private final WriteSettings settings;
        private final Stop stop;
        private final AtomicLong committed = new AtomicLong();
        private @Nullable ProgressLine line;
        private int attempts;

        Ingestion(Path path, TableName table, WriteSettings settings, Stop stop) {
            this.path = path;
            this.table = table;
            this.settings = settings;
            this.stop = stop;
        }

        /** Returns whether the rows are stored; otherwise it was interrupted, and has said what became of them. */
        boolean run(EiderClient client, BufferAllocator allocator) throws Exception {
            long started = System.nanoTime();
            try (ParquetFile file = ParquetFile.open(path)) {
                ProgressLine progress = new ProgressLine(terminal, String.valueOf(path.getFileName()), file.rows());
                line = progress;
                List<Receipt> receipts;
                try {
                    receipts = client.append(table, settings, () -> opened(file, allocator), this);
                } catch (UncheckedIOException e) {
                    throw file.unreadable(e);
                } finally {
                    progress.clear();
                }
                summarise(path, table, receipts, Amounts.since(started));
                return true;
            } catch (CancellationException interrupted) {
                terminal.remark("eider: interrupted; " + outcome());
                return false;
            }
        }

        private ArrowReader opened(ParquetFile file, BufferAllocator allocator) throws IOException {
            attempts++;
            return file.stream(allocator);
        }

        private String outcome() {
            if (committed.get() > 0) {
                return Amounts.count(committed.get(), "row") + " of " + path + " were stored, the others were not";
            }
            return attempts > 1
                    ? "whether an earlier attempt stored the rows of " + path + " is unknown: the same append with"
                            + " --idempotency-key "
                            + settings.idempotencyKey().orElse("") + " stores them once"
                    : "nothing of " + path + " was stored";
        }

        @Override
        public void sent(long rows) {
            if (line != null) {
                line.update(rows);
            }
        }

        @Override
        public boolean isCancelled() {
            return stop.isWanted();
        }

        @Override
        public void committed(Receipt receipt) {
            committed.addAndGet(receipt.rows());
        }
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
                                + receipts.get(0).repetition()
                        : Amounts.count(receipts.size(), "commit")));
    }
}
