package dev.eider.warehouse.engine;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Runs a test over random cases: a few in the build, more for {@code -Deider.test.fuzz.cases=N}, or as many as fit into
 * {@code -Deider.test.fuzz.minutes=N}; {@code -Deider.test.seed=N} gives the first seed. Prints what the cases came to.
 */
record Fuzzing(long firstSeed, long cases, Duration duration) {

    /** One case, which fails by throwing. */
    @FunctionalInterface
    interface Case {
        void run(Random random, Counts counts);
    }

    /** How often each thing happened. */
    static final class Counts {
        private final Map<String, Long> counts = new TreeMap<>();

        void add(String what) {
            counts.merge(what, 1L, Long::sum);
        }

        @Override
        public String toString() {
            return counts.toString();
        }
    }

    static Fuzzing configured(long cases) {
        long minutes = Long.getLong("eider.test.fuzz.minutes", 0);
        return new Fuzzing(
                Long.getLong("eider.test.seed", minutes > 0 ? System.nanoTime() : 1),
                minutes > 0 ? Long.MAX_VALUE : Long.getLong("eider.test.fuzz.cases", cases),
                minutes > 0 ? Duration.ofMinutes(minutes) : Duration.ofDays(1));
    }

    void run(String name, Case one) {
        Counts counts = new Counts();
        long end = System.nanoTime() + duration.toNanos();
        long done = 0;
        while (done < cases && System.nanoTime() - end < 0) {
            long seed = firstSeed + done++;
            try {
                one.run(new Random(seed), counts);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("%s, -Deider.test.seed=%d: %s".formatted(name, seed, e.getMessage()), e);
            }
            if (done % 100_000 == 0) {
                System.out.println(
                        "fuzz " + name + ": " + done + " cases so far, from seed " + firstSeed + ": " + counts);
            }
        }
        System.out.println("fuzz " + name + ": " + done + " cases from seed " + firstSeed + ": " + counts);
    }
}
