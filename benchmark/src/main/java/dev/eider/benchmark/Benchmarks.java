package dev.eider.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Runs the benchmarks and prints what they measured: {@code [--only put,get,questions,writers,one-row,long-run,
 * point-queries,deletes,tpch,slow-client,buckets]
 * [--flights FILE] [--runs N] [--examples DIRECTORY] [--writers 1,4,16] [--appends N] [--seconds N] [--commits N]
 * [--extensions DIRECTORY] [--long-run-seconds N] [--directory PARENT]}, run from the repository's root.
 */
public final class Benchmarks {
    private static final List<String> ALL = List.of(
            "put",
            "get",
            "questions",
            "planning",
            "writers",
            "one-row",
            "long-run",
            "point-queries",
            "deletes",
            "tpch",
            "slow-client",
            "buckets");

    private Benchmarks() {}

    /** Runs benchmarks; a disagreement between contenders, or a row too few or too many, ends with an error. */
    public static void main(String[] arguments) throws Exception {
        Options options = new Options(arguments);
        Set<String> only = new TreeSet<>(options.words("--only", String.join(",", ALL)));
        if (!ALL.containsAll(only)) {
            throw new IllegalArgumentException("--only takes some of " + ALL + ", not " + only);
        }
        Optional<Path> flights = options.text("--flights").map(Path::of);
        int runs = options.number("--runs", 5);
        Path examples = Path.of(options.text("--examples").orElse("examples")).toAbsolutePath();
        List<Integer> writers = writers(options);
        int appends = options.number("--appends", 1_000);
        int seconds = options.number("--seconds", 25);
        int commits = options.number("--commits", 10_000);
        int longRunSeconds = options.number("--long-run-seconds", 1_200);
        Path parent = Path.of(options.text("--directory").orElse(System.getProperty("java.io.tmpdir")));
        Optional<Path> extensions =
                options.text("--extensions").map(path -> Path.of(path).toAbsolutePath());
        options.requireAllTaken();

        int threads = Runtime.getRuntime().availableProcessors();
        Environment.print();
        Path directory = Files.createTempDirectory(parent, "eider-benchmark");
        try (BufferAllocator allocator = new RootAllocator()) {
            for (String name : ALL) {
                if (!only.contains(name)) {
                    continue;
                }
                switch (name) {
                    case "put" -> new PutBenchmark(directory, allocator, threads).run(runs);
                    case "get" -> new GetBenchmark(directory, allocator, threads).run(runs);
                    case "questions" ->
                        new QuestionBenchmark(directory, allocator, threads).run(runs * 3, flights, examples);
                    case "planning" -> new PlanningBenchmark(directory, allocator, threads).run(runs);
                    case "writers" -> new WriterBenchmark(directory, allocator, threads).run(writers, appends, seconds);
                    case "one-row" -> new OneRowBenchmark(directory, allocator, threads).run(appends, seconds);
                    case "point-queries" -> new PointQueryBenchmark(directory, allocator, threads).run(runs, 5);
                    case "deletes" -> new DeletesBenchmark(directory, allocator, threads, extensions).run(runs * 2);
                    case "tpch" -> new TpchBenchmark(directory, allocator, threads).run(runs);
                    case "buckets" -> new BucketBenchmark(directory, allocator, extensions).run(runs);
                    case "slow-client" -> new SlowClientBenchmark(directory, allocator).run(50_000_000, 2_000_000);
                    default -> new LongRunBenchmark(directory, allocator, threads).run(commits, longRunSeconds);
                }
            }
        } finally {
            delete(directory);
        }
    }

    private static List<Integer> writers(Options options) {
        String all = String.join(
                ",", WriterBenchmark.WRITERS.stream().map(String::valueOf).toList());
        return options.words("--writers", all).stream().map(Integer::parseInt).toList();
    }

    /** Leaves nothing behind. */
    private static void delete(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
