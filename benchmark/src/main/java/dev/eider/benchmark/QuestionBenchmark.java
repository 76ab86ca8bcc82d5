package dev.eider.benchmark;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/** The demo's questions over 3,000,000 flights: through the gateway, and by DuckDB in this process on the same files. */
final class QuestionBenchmark {
    private static final String MEMORY = "1GB";
    private static final long ROWS = 3_000_000;

    private static final List<Question> QUESTIONS = List.of(
            new Question(
                    "busiest airports",
                    "SELECT a.name, count(*) AS n FROM flights f JOIN airports a ON f.origin = a.iata "
                            + "GROUP BY a.name ORDER BY n DESC, a.name LIMIT 10"),
            new Question(
                    "delays by hour",
                    "SELECT CAST(hour(date) AS BIGINT) AS h, count(*) AS n, avg(delay) AS mean FROM flights "
                            + "GROUP BY h ORDER BY h"),
            new Question(
                    "late flights by state",
                    "SELECT a.state, count(*) AS n, avg(f.delay) AS mean FROM flights f "
                            + "JOIN airports a ON f.destination = a.iata WHERE f.delay > 15 GROUP BY a.state ORDER BY n DESC, a.state"),
            new Question(
                    "longest routes",
                    "SELECT max(distance) AS miles, origin, destination FROM flights "
                            + "GROUP BY origin, destination ORDER BY miles DESC, origin, destination LIMIT 10"),
            new Question(
                    "worst days",
                    "SELECT CAST(date AS DATE) AS day, sum(delay) AS total FROM flights GROUP BY day ORDER BY total DESC, day LIMIT 10"));

    /** What is asked, and how. */
    private record Question(String title, String sql) {}

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;

    QuestionBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    void run(int runs, Optional<Path> flights, Path examples) throws Exception {
        try (LocalServer server = new LocalServer(directory.resolve("questions"), threads, MEMORY, allocator);
                DuckDb duckDb = new DuckDb(threads, MEMORY);
                DuckDb source = new DuckDb(threads, MEMORY)) {
            String rows = source(source, flights, examples);
            load(server, source, "flights", rows);
            load(server, source, "airports", "SELECT * FROM '" + examples.resolve("airports.parquet") + "'");
            for (String table : List.of("flights", "airports")) {
                duckDb.execute(
                        "CREATE VIEW " + table + " AS SELECT * FROM " + DuckDb.readParquet(server.dataFiles(table)));
            }
            for (Question question : QUESTIONS) {
                compare(runs, server, duckDb, question);
            }
        }
    }

    /** Without a larger file, the sample is repeated until there are as many rows. */
    private static String source(DuckDb duckDb, Optional<Path> flights, Path examples) throws Exception {
        if (flights.isPresent()) {
            System.out.printf(Locale.ROOT, "%n(c) uses %s%n", flights.get().getFileName());
            return "SELECT date, delay, distance, origin, destination FROM '" + flights.get() + "'";
        }
        String sample = "'" + examples.resolve("flights.parquet") + "'";
        long rows = Long.parseLong(duckDb.single("SELECT count(*) FROM " + sample));
        long times = (ROWS + rows - 1) / rows;
        System.out.printf(
                Locale.ROOT,
                "%n(c) repeats the shipped sample of %,d flights %d times: give FLIGHTS=FILE%n",
                rows,
                times);
        return "SELECT date, delay, distance, origin, destination FROM " + sample + ", range(" + times + ")";
    }

    private void load(LocalServer server, DuckDb source, String table, String sql) throws Exception {
        try (ArrowReader reader = source.reader(sql, allocator)) {
            server.put(table, reader);
        }
    }

    private void compare(int runs, LocalServer server, DuckDb duckDb, Question question) throws Exception {
        Contender eider = new Contender("Eider over loopback", () -> {
            Drain drain = new Drain();
            server.get(question.sql(), drain);
            return drain.checksum();
        });
        Contender inProcess = new Contender("DuckDB in process", () -> {
            Drain drain = new Drain();
            duckDb.stream(question.sql(), allocator, drain);
            return drain.checksum();
        });
        List<Double> medians = new Comparison("(c) " + question.title(), runs, List.of(eider, inProcess)).run();
        double allowed = medians.get(1) * 1.3 + 10;
        System.out.printf(
                Locale.ROOT,
                "  Eider takes %.2f times as long, %.1f ms more (goal: at most %.1f ms)%n",
                medians.get(0) / medians.get(1),
                medians.get(0) - medians.get(1),
                allowed);
    }
}
