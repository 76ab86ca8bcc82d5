package dev.eider.benchmark;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.scan.ManifestCache;
import dev.eider.warehouse.scan.ScanFile;
import dev.eider.warehouse.scan.ScanPlan;
import dev.eider.warehouse.scan.SnapshotPlanner;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.StorageConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;

/** Planning for tables of many files: alone, and as part of queries, against Iceberg's own and {@code read_parquet}. */
final class PlanningBenchmark {
    private static final String MEMORY = "1GB";
    private static final int FILES = 10_000;
    private static final int MANY_FILES = 100_000;
    private static final int HOT_RUNS = 300;
    /** What a gateway has answered after some seconds of use: until then the compiler works on the code. */
    private static final int WARM_UP_QUERIES = 2_000;

    private static final long CACHE_BYTES = 512L << 20;
    private static final int COMMITS_PER_SECOND = 20;
    private static final int BUSY_SECONDS = 15;

    private static final List<Layout> LAYOUTS = List.of(
            new Layout("files_1000_manifests_1000", 1_000, 1_000),
            new Layout("files_10000_manifests_1", FILES, 1),
            new Layout("files_10000_manifests_1000", FILES, 1_000));

    /** How a table's files are listed. */
    private record Layout(String table, int files, int manifests) {
        long pointId() {
            return (long) files / 2 * ManyFiles.ROWS + 17;
        }

        List<Question> questions() {
            return List.of(
                    new Question("point query", "id, v", Expressions.equal("id", pointId()), "id = " + pointId()),
                    new Question("partition filter", "id, v", Expressions.equal("part", 7), "part = 7"),
                    new Question("full aggregate", "CAST(sum(id) AS BIGINT)", Expressions.alwaysTrue(), "true"));
        }
    }

    private record Question(String title, String columns, Expression filter, String where) {}

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;

    PlanningBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    void run(int runs) throws Exception {
        ExecutorService loads = Executors.newFixedThreadPool(Math.max(4, threads));
        try (LocalServer server = new LocalServer(directory.resolve("planning"), threads, MEMORY, allocator);
                StockCatalog catalog = StockCatalog.open(server.catalogUri(), server.warehouse());
                DuckDb duckDb = new DuckDb(threads, MEMORY)) {
            ManyFiles files = new ManyFiles(server.warehouse().resolve("many"));
            files.write(duckDb, FILES);
            AllowedLocations allowed =
                    AllowedLocations.of(new StorageConfig(server.warehouse().toString(), List.of()));
            for (Layout layout : LAYOUTS) {
                Table table = files.table(catalog, layout.table(), layout.files(), layout.manifests());
                plan(runs, layout, table, allowed, loads);
                query(runs, layout, table, server, duckDb);
                points(layout, server);
            }
            hot(files.table(catalog, "files_100000", MANY_FILES, 100), MANY_FILES, allowed, loads);
            busy(files, catalog, server);
        } finally {
            loads.shutdown();
        }
    }

    private static void plan(int runs, Layout layout, Table table, AllowedLocations allowed, ExecutorService loads)
            throws Exception {
        TableState state = state(table);
        Expression filter = layout.questions().get(0).filter();
        new Comparison(
                        "(p) cold planning of a point query, " + layout.table(),
                        runs,
                        List.of(
                                new Contender(
                                        "Eider, nothing in memory",
                                        () -> checksum(plan(
                                                new SnapshotPlanner(new ManifestCache(CACHE_BYTES, loads), allowed),
                                                state,
                                                filter))),
                                new Contender("Iceberg's planFiles", () -> checksum(stock(table, filter)))))
                .run();
        hot(table, layout.files(), allowed, loads);
    }

    /** Prints what planning takes once manifests are in memory, and how much memory that is. */
    private static void hot(Table table, int files, AllowedLocations allowed, ExecutorService loads) {
        ManifestCache cache = new ManifestCache(CACHE_BYTES, loads);
        SnapshotPlanner planner = new SnapshotPlanner(cache, allowed);
        TableState state = state(table);
        Expression point = Expressions.equal("id", (long) files / 2 * ManyFiles.ROWS + 17);
        Latencies points = hot(planner, state, point);
        Latencies partitions = hot(planner, state, Expressions.equal("part", 7));
        Latencies all = hot(planner, state, Expressions.alwaysTrue());
        System.out.printf(
                Locale.ROOT,
                "%n(p) hot planning, %,d files, %d runs (ms p50 / p99): point query %.2f / %.2f, partition filter"
                        + " %.2f / %.2f, all %.2f / %.2f; %,d bytes in memory, %.0f a file%n",
                files,
                HOT_RUNS,
                points.median(),
                points.p99(),
                partitions.median(),
                partitions.p99(),
                all.median(),
                all.p99(),
                cache.usage().bytes(),
                (double) cache.usage().bytes() / files);
    }

    private static Latencies hot(SnapshotPlanner planner, TableState state, Expression filter) {
        List<Long> nanos = new ArrayList<>();
        for (int run = -HOT_RUNS / 3; run < HOT_RUNS; run++) {
            long started = System.nanoTime();
            plan(planner, state, filter);
            if (run >= 0) {
                nanos.add(System.nanoTime() - started);
            }
        }
        return Latencies.ofNanos(nanos);
    }

    private static TableState state(Table table) {
        return new TableState(
                TableIdentifier.of("main", "t"),
                ((BaseTable) table).operations().current(),
                false,
                table.io());
    }

    private static ScanPlan plan(SnapshotPlanner planner, TableState state, Expression filter) {
        return planner.plan(
                state,
                Optional.of(state.metadata().currentSnapshot()),
                state.metadata().schema(),
                filter);
    }

    private static String checksum(ScanPlan plan) {
        return "%d files, %d rows"
                .formatted(
                        plan.files().size(),
                        plan.files().stream().mapToLong(ScanFile::rows).sum());
    }

    private static String checksum(List<FileScanTask> tasks) {
        return "%d files, %d rows"
                .formatted(
                        tasks.size(),
                        tasks.stream()
                                .mapToLong(task -> task.file().recordCount())
                                .sum());
    }

    private static List<FileScanTask> stock(Table table, Expression filter) throws IOException {
        List<FileScanTask> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().filter(filter).planFiles()) {
            tasks.forEach(files::add);
        }
        return files;
    }

    private void query(int runs, Layout layout, Table table, LocalServer server, DuckDb duckDb) throws Exception {
        for (Question question : layout.questions()) {
            String sql = "SELECT " + question.columns() + " FROM %s WHERE " + question.where();
            Contender eider = new Contender("Eider over loopback", () -> {
                Drain drain = new Drain();
                server.get(sql.formatted(layout.table()), drain);
                return drain.checksum();
            });
            Contender stock = new Contender("planFiles + read_parquet", () -> {
                Drain drain = new Drain();
                List<Path> paths = stock(table, question.filter()).stream()
                        .map(task -> Locations.path(task.file().location()))
                        .toList();
                duckDb.stream(sql.formatted(DuckDb.readParquet(paths)), allocator, drain);
                return drain.checksum();
            });
            new Comparison("(p) " + question.title() + ", " + layout.table(), runs, List.of(eider, stock)).run();
        }
    }

    /** Prints what point queries take that ask for another row each time, once everything is in memory. */
    private static void points(Layout layout, LocalServer server) throws Exception {
        SplittableRandom random = new SplittableRandom(layout.files());
        List<Long> nanos = new ArrayList<>();
        for (int run = -WARM_UP_QUERIES; run < HOT_RUNS; run++) {
            long id = random.nextLong((long) layout.files() * ManyFiles.ROWS);
            Drain drain = new Drain();
            long started = System.nanoTime();
            server.get("SELECT id, v FROM %s WHERE id = %d".formatted(layout.table(), id), drain);
            if (run >= 0) {
                nanos.add(System.nanoTime() - started);
            }
            requireRow(layout.table(), id, drain);
        }
        Latencies latencies = Latencies.ofNanos(nanos);
        System.out.printf(
                Locale.ROOT,
                "%n(p) hot point queries over loopback, %s, %d after %d warm-ups, another row each: p50 %.1f ms (goal: at"
                        + " most 10), p99 %.1f ms, each answered its row%n",
                layout.table(),
                HOT_RUNS,
                WARM_UP_QUERIES,
                latencies.median(),
                latencies.p99());
    }

    private static void requireRow(String table, long id, Drain drain) {
        String expected = "1 rows, sum " + id;
        if (!drain.checksum().equals(expected)) {
            throw new IllegalStateException(table + ": " + drain.checksum() + " instead of " + expected);
        }
    }

    /** Point queries while somebody else commits: each finds a snapshot that nobody has read before. */
    private static void busy(ManyFiles files, StockCatalog catalog, LocalServer server) throws Exception {
        Table table = files.table(catalog, "busy", 1_000, 1_000);
        long id = 500L * ManyFiles.ROWS + 17;
        String sql = "SELECT id, v FROM busy WHERE id = " + id;
        AtomicInteger next = new AtomicInteger(1_000);
        List<Long> nanos = new ArrayList<>();
        ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
        try {
            var commits = writer.scheduleAtFixedRate(
                    () -> table.newFastAppend()
                            .appendFile(files.describe(next.getAndIncrement()))
                            .commit(),
                    0,
                    1_000_000 / COMMITS_PER_SECOND,
                    TimeUnit.MICROSECONDS);
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BUSY_SECONDS);
            while (System.nanoTime() < end) {
                Drain drain = new Drain();
                long started = System.nanoTime();
                server.get(sql, drain);
                nanos.add(System.nanoTime() - started);
                requireRow("busy", id, drain);
            }
            if (commits.isDone()) {
                commits.get();
            }
        } finally {
            writer.shutdown();
        }
        Latencies latencies = Latencies.ofNanos(nanos);
        System.out.printf(
                Locale.ROOT,
                "%n(p) point queries while a writer commits %.1f snapshots a second: %d queries, p50 %.1f ms (goal: at"
                        + " most 15), p99 %.1f ms, max %.1f ms, each answered its row%n",
                (next.get() - 1_000) / (double) BUSY_SECONDS,
                latencies.count(),
                latencies.median(),
                latencies.p99(),
                latencies.max());
    }
}
