package dev.eider.benchmark;

import dev.eider.benchmark.WriterCell.Fate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Many writers on one table, appends of 1,000 rows, each acknowledged once its snapshot is durable: Eider in process and
 * over Flight, and stock Iceberg with its default and with patient retries.
 *
 * <p>After each cell the table is read without Eider: a row that is missing or there twice ends the benchmark.
 */
final class WriterBenchmark {
    static final List<Integer> WRITERS = List.of(1, 4, 16, 64, 256);
    private static final int ROWS = 1_000;
    private static final int FEWEST_APPENDS = 300;
    private static final int SHOWN = 120;
    /** Enough for the compiler to have seen groups of the usual size. */
    private static final int WARM_UP_WRITERS = 64;
    /** A commit runs much code but not often: the compiler is busy with it for most of a minute. */
    private static final int WARM_UP_SECONDS = 60;

    private static final String MEMORY = "1GB";

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;

    WriterBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    /**
     * Runs all cells: each writer makes so many appends, or as many as it can in so many seconds. Before that, each
     * contender warms up.
     */
    void run(List<Integer> writerCounts, int appends, int seconds) throws Exception {
        Path disk = directory.resolve("writers");
        try (AppendContender inProcess = new EiderInProcess(disk.resolve("library"), threads, MEMORY, allocator);
                AppendContender flight = new EiderOverFlight(disk.resolve("server"), threads, MEMORY, allocator);
                AppendContender stock = stock("Iceberg, default retries", Map.of());
                AppendContender tuned = stock("Iceberg, tuned retries", StockIceberg.TUNED);
                DuckDb check = new DuckDb(threads, MEMORY)) {
            List<AppendContender> contenders = List.of(inProcess, flight, stock, tuned);
            System.out.printf(
                    Locale.ROOT,
                    "%n(d) N writers append %,d rows x 8 columns each to one table, closed loop, all synced; each contender warmed"
                            + " up for %d s by %d writers; cpu is the process's, for an acknowledgement%n",
                    ROWS,
                    WARM_UP_SECONDS,
                    WARM_UP_WRITERS);
            SyncRate.print(SyncRate.measure(disk));
            for (AppendContender contender : contenders) {
                new WriterCell(
                                contender,
                                "warmup",
                                new WriterCell.Load(WARM_UP_WRITERS, Integer.MAX_VALUE, ROWS, WARM_UP_SECONDS),
                                allocator)
                        .run();
            }
            System.out.printf(
                    Locale.ROOT,
                    "  %7s  %-27s %6s %8s %8s %8s %8s %8s %8s %9s %7s %7s%n",
                    "writers",
                    "",
                    "acks",
                    "acks/s",
                    "p50 ms",
                    "p99 ms",
                    "max ms",
                    "cpu ms",
                    "failures",
                    "snapshots",
                    "files",
                    "f/snap");
            for (int writers : writerCounts) {
                List<WriterCell.Result> results = new ArrayList<>();
                for (AppendContender contender : contenders) {
                    results.add(cell(contender, load(writers, appends, seconds), check));
                }
                compare(results.get(0), results.get(3));
            }
        }
    }

    /** Few writers make more appends each, so that percentiles mean something. */
    private static WriterCell.Load load(int writers, int appends, int seconds) {
        return new WriterCell.Load(writers, Math.max(appends, FEWEST_APPENDS / writers), ROWS, seconds);
    }

    private AppendContender stock(String name, Map<String, String> properties) throws Exception {
        Path place = directory.resolve("writers").resolve(properties.isEmpty() ? "stock" : "tuned");
        return new StockIceberg(name, properties, place, new DuckDb(threads, MEMORY), allocator);
    }

    private WriterCell.Result cell(AppendContender contender, WriterCell.Load load, DuckDb duckDb) throws Exception {
        String table = "writers" + load.writers();
        WriterCell.Result result = new WriterCell(contender, table, load, allocator).run();
        TableCheck check = TableCheck.of(contender.load(table), result, duckDb);
        System.out.printf(
                Locale.ROOT,
                "  %7d  %-27s %6d %8.1f %8.1f %8.1f %8.1f %8.2f %8d %9d %7d %7.2f   %s%n",
                load.writers(),
                contender.name(),
                result.count(Fate.ACKNOWLEDGED),
                result.perSecond(),
                result.latencies().median(),
                result.latencies().p99(),
                result.latencies().max(),
                result.processorMillisEach(),
                result.failures(),
                check.snapshots(),
                check.files(),
                (double) check.files() / check.snapshots(),
                check.checksum());
        if (result.count(Fate.OPEN) > 0) {
            System.out.printf(
                    Locale.ROOT,
                    "           %d more appends were still waiting 20 s after time was up%n",
                    result.count(Fate.OPEN));
        }
        Optional<Exception> failure = result.failure();
        failure.ifPresent(e -> System.out.println("           first failure: " + firstLine(e)));
        if (!check.faults().isEmpty()) {
            throw new IllegalStateException(contender.name() + ", " + load.writers() + " writers: "
                    + check.faults().size() + " faults, first: "
                    + check.faults().get(0));
        }
        return result;
    }

    private static String firstLine(Exception failure) {
        Throwable cause =
                failure instanceof AppendContender.Refused && failure.getCause() != null ? failure.getCause() : failure;
        String line = cause.toString().lines().findFirst().orElse("");
        return line.length() > SHOWN ? line.substring(0, SHOWN) + "..." : line;
    }

    private static void compare(WriterCell.Result eider, WriterCell.Result tuned) {
        System.out.printf(
                Locale.ROOT,
                "           Eider acknowledges %.1f times as many a second as tuned Iceberg, p99 %.2f of its%s%n",
                eider.perSecond() / tuned.perSecond(),
                eider.latencies().p99() / tuned.latencies().p99(),
                eider.load().writers() == 64 ? " (goal: at least 30 times, p99 under 250 ms)" : "");
    }
}
