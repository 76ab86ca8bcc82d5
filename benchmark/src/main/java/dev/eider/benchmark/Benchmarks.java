package dev.eider.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Runs every benchmark and prints what it measured: {@code [--flights FILE] [--runs N] [--examples DIRECTORY]}, run from
 * the repository's root.
 */
public final class Benchmarks {
    private Benchmarks() {}

    /** Runs all benchmarks; a disagreement between contenders ends with an error. */
    public static void main(String[] arguments) throws Exception {
        List<String> given = new ArrayList<>(List.of(arguments));
        Optional<Path> flights = option(given, "--flights").map(Path::of);
        int runs = option(given, "--runs").map(Integer::parseInt).orElse(5);
        Path examples = Path.of(option(given, "--examples").orElse("examples")).toAbsolutePath();
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("Unknown arguments: " + given);
        }
        int threads = Runtime.getRuntime().availableProcessors();
        Environment.print();
        Path directory = Files.createTempDirectory("eider-benchmark");
        try (BufferAllocator allocator = new RootAllocator()) {
            new PutBenchmark(directory, allocator, threads).run(runs);
            new GetBenchmark(directory, allocator, threads).run(runs);
            new QuestionBenchmark(directory, allocator, threads).run(runs * 3, flights, examples);
        } finally {
            PutBenchmark.delete(directory);
        }
    }

    private static Optional<String> option(List<String> given, String name) {
        int at = given.indexOf(name);
        if (at < 0 || at + 1 >= given.size()) {
            return Optional.empty();
        }
        String value = given.get(at + 1);
        given.subList(at, at + 2).clear();
        return Optional.of(value);
    }
}
