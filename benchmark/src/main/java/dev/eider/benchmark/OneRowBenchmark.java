package dev.eider.benchmark;

import dev.eider.benchmark.WriterCell.Fate;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;

/** Appends of a single row through Flight with full durability: one client for the latency, 64 for sharing. */
final class OneRowBenchmark {
    private static final String MEMORY = "1GB";
    private static final int LATENCY_SECONDS = 60;

    private static final int WARM_UP = 1_500;

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;

    OneRowBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    /** Runs one client with 300 appends, and 64 clients with so many each, or as many as they can in so many seconds. */
    void run(int appends, int seconds) throws Exception {
        Path disk = directory.resolve("one-row");
        try (AppendContender flight = new EiderOverFlight(disk, threads, MEMORY, allocator);
                DuckDb check = new DuckDb(threads, MEMORY)) {
            System.out.printf(
                    Locale.ROOT, "%n(e) appends of one row x 8 columns through Flight, closed loop, all synced%n");
            Latencies syncs = SyncRate.measure(disk);
            SyncRate.print(syncs);
            WriterCell.Load one = new WriterCell.Load(1, 300, 1, LATENCY_SECONDS);
            // A server that has been running: the JIT is through with the path.
            new WriterCell(flight, "warmup", new WriterCell.Load(1, WARM_UP, 1, LATENCY_SECONDS), allocator).run();
            for (WriterCell.Load load : List.of(one, new WriterCell.Load(64, appends, 1, seconds))) {
                String table = "one_row_by_" + load.writers();
                WriterCell.Result result = new WriterCell(flight, table, load, allocator).run();
                print(result, TableCheck.of(flight.load(table), result, check), syncs);
            }
        }
    }

    private static void print(WriterCell.Result result, TableCheck check, Latencies syncs) {
        System.out.printf(
                Locale.ROOT,
                "  %d client%s: %d acks, %.1f acks/s, p50 %.1f ms (%.1f syncs' time), p99 %.1f ms, max %.1f ms, "
                        + "%d failures, %d snapshots, %d data files (%.2f a snapshot), %s%n",
                result.load().writers(),
                result.load().writers() == 1 ? "" : "s",
                result.count(Fate.ACKNOWLEDGED),
                result.perSecond(),
                result.latencies().median(),
                result.latencies().median() / syncs.median(),
                result.latencies().p99(),
                result.latencies().max(),
                result.failures(),
                check.snapshots(),
                check.files(),
                (double) check.files() / check.snapshots(),
                check.checksum());
        if (!check.faults().isEmpty()) {
            throw new IllegalStateException("One-row appends: " + check.faults().get(0));
        }
    }
}
