package dev.eider.benchmark;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;

/**
 * Point queries on a table of 1,000,000 rows through Flight: one client, then eight, each on a connection of its own.
 *
 * <p>Every answer is checked: one row, the right one.
 */
final class PointQueryBenchmark {
    private static final String MEMORY = "1GB";
    private static final long ROWS = 1_000_000;
    private static final int WARM_UP = 300;

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;

    PointQueryBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    /** Runs so many rounds, of so many seconds for each number of clients. */
    void run(int rounds, int seconds) throws Exception {
        try (LocalServer server = new LocalServer(directory.resolve("points"), threads, MEMORY, allocator)) {
            server.run("CREATE TABLE points (id BIGINT, k INTEGER, v DOUBLE)");
            server.run(
                    "INSERT INTO points SELECT range, (range % 1000)::INTEGER, range * 0.5 FROM range(" + ROWS + ")");
            System.out.printf(
                    Locale.ROOT,
                    "%nPoint queries over Flight, %,d rows, closed loop, %d s a cell%n  %6s %7s %10s %9s %9s %9s %9s %9s%n",
                    ROWS,
                    seconds,
                    "round",
                    "clients",
                    "queries/s",
                    "p50 ms",
                    "p99 ms",
                    "max ms",
                    "cpu ms",
                    "queries");
            cell(server, 1, WARM_UP, 60);
            for (int round = 1; round <= rounds; round++) {
                print(round, 1, cell(server, 1, Integer.MAX_VALUE, seconds));
                print(round, 8, cell(server, 8, Integer.MAX_VALUE, seconds));
            }
            System.out.println("  every answer was the one row that was asked for");
        }
    }

    /**
     * What came of it.
     *
     * @param processorMillis processor time of the whole process for a query, its clients included
     */
    private record Cell(Latencies latencies, double seconds, double processorMillis) {}

    private static void print(int round, int clients, Cell cell) {
        System.out.printf(
                Locale.ROOT,
                "  %6d %7d %10.1f %9.2f %9.2f %9.2f %9.2f %9d%s%n",
                round,
                clients,
                cell.latencies.count() / cell.seconds,
                cell.latencies.median(),
                cell.latencies.p99(),
                cell.latencies.max(),
                cell.processorMillis,
                cell.latencies.count(),
                clients == 1 ? "   (goal: p50 at most 10 ms)" : "");
    }

    private Cell cell(LocalServer server, int clients, int most, int seconds) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(clients);
        try {
            long processor = Environment.processorNanos();
            long begin = System.nanoTime();
            long end = begin + seconds * 1_000_000_000L;
            List<Callable<List<Long>>> loops = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                int seed = client;
                loops.add(() -> ask(server, new SplittableRandom(seed), most, end));
            }
            List<Long> nanos = new ArrayList<>();
            for (Future<List<Long>> loop : executor.invokeAll(loops)) {
                nanos.addAll(loop.get());
            }
            return new Cell(
                    Latencies.ofNanos(nanos),
                    (System.nanoTime() - begin) / 1e9,
                    (Environment.processorNanos() - processor) / 1e6 / nanos.size());
        } finally {
            executor.shutdownNow();
        }
    }

    private List<Long> ask(LocalServer server, SplittableRandom random, int most, long end) throws Exception {
        List<Long> nanos = new ArrayList<>();
        try (FlightClient client = server.connect(allocator)) {
            while (nanos.size() < most && System.nanoTime() < end) {
                long id = random.nextLong(ROWS);
                long start = System.nanoTime();
                check(client, id);
                nanos.add(System.nanoTime() - start);
            }
        }
        return nanos;
    }

    private static void check(FlightClient client, long id) throws Exception {
        String sql = "SELECT id, k, v FROM points WHERE id = " + id;
        long rows = 0;
        try (FlightStream stream = client.getStream(new Ticket(sql.getBytes(StandardCharsets.UTF_8)))) {
            while (stream.next()) {
                for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
                    rows++;
                    if (((BigIntVector) stream.getRoot().getVector("id")).get(row) != id) {
                        throw new IllegalStateException("Asked for row " + id + " and got another");
                    }
                }
            }
        }
        if (rows != 1) {
            throw new IllegalStateException("Asked for row " + id + " and got " + rows + " rows");
        }
    }
}
