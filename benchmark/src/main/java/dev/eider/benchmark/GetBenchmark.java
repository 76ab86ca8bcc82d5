package dev.eider.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.memory.BufferAllocator;

/** Reading a whole table of 10,000,000 rows and 6 columns: through the gateway, and drained in this process. */
final class GetBenchmark {
    private static final String MEMORY = "1GB";
    private static final String ROWS = "SELECT range AS id, CAST(range % 1000 AS INTEGER) AS k, random() AS v, "
            + "'name ' || range % 100000 AS s, DATE '2001-01-01' + CAST(range % 365 AS INTEGER) AS d, "
            + "TIMESTAMP '2001-01-01' + to_seconds(range) AS departed FROM range(10000000)";

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;

    GetBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    void run(int runs) throws Exception {
        try (LocalServer server = new LocalServer(directory.resolve("get"), threads, MEMORY, allocator);
                DuckDb duckDb = new DuckDb(threads, MEMORY)) {
            server.run("CREATE TABLE big (id BIGINT, k INTEGER, v DOUBLE, s VARCHAR, d DATE, departed TIMESTAMP)");
            server.run("INSERT INTO big " + ROWS);
            List<Path> files = server.dataFiles("big");
            Contender eider = new Contender("Eider, DoGet over loopback", () -> {
                Drain drain = new Drain();
                server.get("SELECT * FROM big", drain);
                return drain.checksum();
            });
            Contender inProcess = new Contender("DuckDB drained in process", () -> {
                Drain drain = new Drain();
                duckDb.stream("SELECT * FROM " + DuckDb.readParquet(files), allocator, drain);
                return drain.checksum();
            });
            List<Double> medians =
                    new Comparison("(b) read 10,000,000 rows x 6 columns", runs, List.of(eider, inProcess)).run();
            System.out.printf(
                    Locale.ROOT,
                    "  Eider takes %.2f times as long (goal: at most 2)%n",
                    medians.get(0) / medians.get(1));
        }
    }
}
