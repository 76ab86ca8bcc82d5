package dev.eider.benchmark.soak;

import dev.eider.benchmark.Options;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run does. Immutable.
 *
 * @param seed of everything that is chosen at random
 * @param minutes of load under random faults, when there are no rounds
 * @param rounds of load, kill -9, restart and a check of the table; 0 for a run by the clock
 * @param load who works at once
 * @param keys whether appends carry idempotency keys, and are repeated until they are acknowledged
 * @param foreign whether a stock Iceberg client appends to the same tables
 * @param lostReplies whether the gateways' catalog database loses replies, fails and is busy now and then
 * @param orphans whether orphaned files are removed all the time
 * @param clocks whether the gateways' clocks step
 * @param disk whether the warehouse lies on a small disk of its own that is filled now and then
 * @param place where everything is
 */
record SoakOptions(
        long seed,
        int minutes,
        int rounds,
        Load load,
        boolean keys,
        boolean foreign,
        boolean lostReplies,
        boolean orphans,
        boolean clocks,
        boolean disk,
        Place place) {

    /**
     * Who works at once.
     *
     * @param writers over Flight, spread over the gateways
     * @param readers of current and old snapshots
     * @param gateways processes over the one catalog
     */
    record Load(int writers, int readers, int gateways) {}

    /**
     * Where everything is.
     *
     * @param directory under which the run makes its own
     * @param keep whether its files stay after a run without faults
     * @param catalogUri the catalog database; SQLite in the directory unless it is given
     * @param postgres whether the catalog database is a PostgreSQL server that the run starts
     * @param bucket whether tables are in a bucket that fails now and then, in place of a disk that fills
     */
    record Place(
            Optional<Path> directory, boolean keep, Optional<String> catalogUri, boolean postgres, boolean bucket) {}

    static SoakOptions parse(String[] arguments) {
        Options options = new Options(arguments);
        SoakOptions parsed = new SoakOptions(
                options.text("--seed").map(Long::parseLong).orElseGet(System::nanoTime),
                options.number("--minutes", 5),
                options.number("--rounds", 0),
                new Load(
                        options.number("--writers", 8),
                        options.number("--readers", 2),
                        options.number("--gateways", 2)),
                !options.has("--no-keys"),
                !options.has("--no-foreign"),
                !options.has("--no-lost-replies"),
                !options.has("--no-orphans"),
                !options.has("--no-clock-steps"),
                !options.has("--no-full-disk"),
                new Place(
                        options.text("--directory").map(Path::of),
                        options.has("--keep"),
                        options.text("--catalog-uri"),
                        options.has("--postgres"),
                        options.has("--bucket")));
        options.requireAllTaken();
        return parsed;
    }
}
