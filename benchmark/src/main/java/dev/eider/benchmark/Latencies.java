package dev.eider.benchmark;

import java.util.Arrays;
import java.util.Collection;

/** What repetitions of one thing took, sorted. Immutable. */
final class Latencies {
    private final long[] sortedNanos;

    private Latencies(long[] sortedNanos) {
        this.sortedNanos = sortedNanos;
    }

    static Latencies ofNanos(Collection<Long> nanos) {
        return ofNanos(nanos.stream().mapToLong(Long::longValue).toArray());
    }

    static Latencies ofNanos(long... nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Latencies(sorted);
    }

    /** Returns the value that this fraction of all does not exceed, in milliseconds; not a number without any. */
    double millis(double fraction) {
        if (sortedNanos.length == 0) {
            return Double.NaN;
        }
        int rank = (int) Math.ceil(fraction * sortedNanos.length);
        return sortedNanos[Math.max(0, rank - 1)] / 1e6;
    }

    double median() {
        return millis(0.5);
    }

    double p99() {
        return millis(0.99);
    }

    double max() {
        return millis(1);
    }

    int count() {
        return sortedNanos.length;
    }
}
