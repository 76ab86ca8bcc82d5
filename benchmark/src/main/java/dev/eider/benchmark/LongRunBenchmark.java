package dev.eider.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;

/** Whether commits stay cheap: thousands of one-row commits to one table by one writer in process, first against last. */
final class LongRunBenchmark {
    private static final String MEMORY = "1GB";
    private static final String TABLE = "long_run";
    private static final int WARM_UP = 200;
    private static final int COMPARED = 500;

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;

    LongRunBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    /** Makes so many commits, or as many as fit into so many seconds. */
    void run(int commits, int seconds) throws Exception {
        Path disk = directory.resolve("long-run");
        try (AppendContender eider = new EiderInProcess(disk, threads, MEMORY, allocator);
                DuckDb duckDb = new DuckDb(threads, MEMORY)) {
            System.out.printf(Locale.ROOT, "%n(f) %,d commits of one row to one table by one writer%n", commits);
            SyncRate.print(SyncRate.measure(disk));
            List<Long> nanos = commit(eider, commits, seconds);
            if (nanos.size() < commits) {
                System.out.printf(
                        Locale.ROOT, "  stopped after %d s at %,d of %,d commits%n", seconds, nanos.size(), commits);
            }
            printTimes(nanos);
            Table table = eider.load(TABLE);
            printTable(table, disk);
            verify(duckDb, table, nanos.size());
        }
    }

    private List<Long> commit(AppendContender eider, int commits, int seconds) throws Exception {
        List<Long> nanos = new ArrayList<>();
        long deadline = System.nanoTime() + seconds * 1_000_000_000L;
        try (AppendContender.Lane lane = eider.lane(TABLE)) {
            for (int i = 0; i < commits && System.nanoTime() < deadline; i++) {
                try (ArrowReader rows = new NumberedRows(allocator, i, 1)) {
                    long started = System.nanoTime();
                    lane.append(rows);
                    nanos.add(System.nanoTime() - started);
                }
            }
        }
        return nanos;
    }

    private static void printTimes(List<Long> nanos) {
        int compared = Math.min(COMPARED, Math.max(1, (nanos.size() - WARM_UP) / 2));
        int from = Math.min(WARM_UP, nanos.size() - compared);
        Latencies first = Latencies.ofNanos(nanos.subList(from, from + compared));
        Latencies last = Latencies.ofNanos(nanos.subList(nanos.size() - compared, nanos.size()));
        System.out.printf(
                Locale.ROOT,
                "  first %d (after %d): median %.1f ms, p99 %.1f ms; last %d: median %.1f ms, p99 %.1f ms; "
                        + "ratio of medians %.2f (goal: at most 2)%n",
                compared,
                from,
                first.median(),
                first.p99(),
                compared,
                last.median(),
                last.p99(),
                last.median() / first.median());
    }

    private static void printTable(Table table, Path disk) throws IOException {
        String metadata = ((BaseTable) table).operations().current().metadataFileLocation();
        Snapshot current = table.currentSnapshot();
        System.out.printf(
                Locale.ROOT,
                "  metadata.json %,d bytes, %d snapshots kept, %d manifests and %d data files in the current one; "
                        + "%,d files on disk%n",
                table.io().newInputFile(metadata).getLength(),
                ((BaseTable) table).operations().current().snapshots().size(),
                current.allManifests(table.io()).size(),
                StockCatalog.dataFiles(table).size(),
                filesBelow(disk));
    }

    private static long filesBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    private static void verify(DuckDb duckDb, Table table, int commits) throws Exception {
        long[] found = duckDb.numbers("SELECT count(*), CAST(sum(id) AS BIGINT), count(DISTINCT id) FROM "
                        + DuckDb.readParquet(StockCatalog.dataFiles(table)))
                .get(0);
        System.out.printf(Locale.ROOT, "  %d rows, sum %d%n", found[0], found[1]);
        if (found[0] != commits || found[2] != commits || found[1] != (commits - 1L) * commits / 2) {
            throw new IllegalStateException(
                    commits + " rows were acknowledged, " + found[0] + " are there, " + found[2] + " different");
        }
    }
}
