package dev.eider.benchmark;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Runs contenders in turn, so that a machine that changes its speed changes it for all, and prints what they took. */
final class Comparison {
    /** One is not enough: the compiler still works on the code that moves batches. */
    private static final int WARM_UPS = 4;

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

    /** Runs, checks that all answers agree, prints a table, and returns the median milliseconds in the given order. */
    List<Double> run() throws Exception {
        return measure().stream().map(sorted -> sorted[runs / 2]).toList();
    }

    /** Does the same, and returns the milliseconds of all runs, sorted, for each contender in the given order. */
    List<double[]> measure() throws Exception {
        double[][] millis = new double[contenders.size()][runs];
        Set<String> checksums = new LinkedHashSet<>();
        for (int run = -WARM_UPS; run < runs; run++) {
            for (int i = 0; i < contenders.size(); i++) {
                Contender contender = contenders.get(i);
                long started = System.nanoTime();
                String answer = contender.work().run();
                double took = (System.nanoTime() - started) / 1e6;
                if (run >= 0) {
                    millis[i][run] = took;
                }
                checksums.add(verification.checksum(contender.name(), answer));
            }
        }
        if (checksums.size() != 1) {
            throw new IllegalStateException(title + ": the contenders do not agree: " + checksums);
        }
        for (double[] taken : millis) {
            Arrays.sort(taken);
        }
        print(millis, checksums.iterator().next());
        return List.of(millis);
    }

    private void print(double[][] millis, String checksum) {
        System.out.printf(
                Locale.ROOT,
                "%n%s%n  %-34s %9s %9s %9s   (ms, %d runs after %d warm-ups, in turn)%n",
                title,
                "",
                "min",
                "median",
                "max",
                runs,
                WARM_UPS);
        for (int i = 0; i < contenders.size(); i++) {
            double[] sorted = millis[i];
            System.out.printf(
                    Locale.ROOT,
                    "  %-34s %9.1f %9.1f %9.1f%n",
                    contenders.get(i).name(),
                    sorted[0],
                    sorted[runs / 2],
                    sorted[runs - 1]);
        }
        System.out.printf(Locale.ROOT, "  all answers equal, checksum %s%n", checksum);
    }
}
