package dev.eider.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs contenders in turn, so that a machine that changes its speed changes it for all, and prints what they took. */
final class Comparison {
    private static final int WARM_UPS = 1;

    private final String title;
    private final int runs;
    private final List<Contender> contenders;
    private final Verification verification;

    /** Turns what a contender returned into a checksum, outside the timed part. */
    @FunctionalInterface
    interface Verification {
        /** Returns the checksum of the answer of the named contender. */
        String checksum(String contender, String answer) throws Exception;
    }

    /** The first contender is Eider: ratios are given against each of the others. */
    Comparison(String title, int runs, List<Contender> contenders) {
        this(title, runs, contenders, (contender, answer) -> answer);
    }

    private Comparison(String title, int runs, List<Contender> contenders, Verification verification) {
        this.title = title;
        this.runs = runs;
        this.contenders = List.copyOf(contenders);
        this.verification = verification;
    }

    /** Returns the same comparison, whose answers are turned into checksums by {@code verification}. */
    Comparison verifiedBy(Verification verification) {
        return new Comparison(title, runs, contenders, verification);
    }

    /** Runs, checks that all answers agree, prints a table, and returns the median milliseconds by contender. */
    Map<String, Double> run() throws Exception {
        Map<String, double[]> millis = new LinkedHashMap<>();
        contenders.forEach(contender -> millis.put(contender.name(), new double[runs]));
        Map<String, String> checksums = new LinkedHashMap<>();
        for (int run = -WARM_UPS; run < runs; run++) {
            for (Contender contender : contenders) {
                long started = System.nanoTime();
                String answer = contender.work().run();
                double took = (System.nanoTime() - started) / 1e6;
                if (run >= 0) {
                    millis.get(contender.name())[run] = took;
                }
                requireSame(checksums, contender.name(), verification.checksum(contender.name(), answer));
            }
        }
        return print(millis, checksums.values().iterator().next());
    }

    private void requireSame(Map<String, String> checksums, String name, String checksum) {
        checksums.put(name, checksum);
        if (checksums.values().stream().distinct().count() > 1) {
            throw new IllegalStateException(title + ": the contenders do not agree: " + checksums);
        }
    }

    private Map<String, Double> print(Map<String, double[]> millis, String checksum) {
        Map<String, Double> medians = new LinkedHashMap<>();
        List<String> rows = new ArrayList<>();
        millis.forEach((name, times) -> {
            double[] sorted = times.clone();
            Arrays.sort(sorted);
            medians.put(name, sorted[sorted.length / 2]);
            rows.add(String.format(
                    Locale.ROOT,
                    "  %-44s %9.1f %9.1f %9.1f",
                    name,
                    sorted[0],
                    sorted[sorted.length / 2],
                    sorted[sorted.length - 1]));
        });
        System.out.printf(Locale.ROOT, "%n%s%n", title);
        System.out.printf(Locale.ROOT, "  %-44s %9s %9s %9s   (ms, %d runs after a warm-up, in turn)%n", "", "min", "median", "max", runs);
        rows.forEach(System.out::println);
        System.out.printf(Locale.ROOT, "  all answers equal, checksum %s%n", checksum);
        return medians;
    }
}
