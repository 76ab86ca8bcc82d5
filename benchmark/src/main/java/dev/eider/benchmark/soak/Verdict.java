package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.Journal.Outcome;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a check found. Confined to one thread. */
final class Verdict {
    private static final int SHOWN = 5;

    private final Map<Fault, Long> faults = new EnumMap<>(Fault.class);
    private final Map<Outcome, Long> outcomes = new EnumMap<>(Outcome.class);
    private long rows;
    private long sum;
    private long acknowledgedRows;
    private long unknownButThere;

    /** What may be wrong with a table. */
    enum Fault {
        /** Acknowledged, and not all there. */
        LOST,
        /** There more than once. */
        DUPLICATED,
        /** There, and never meant to be. */
        STRANGER,
        /** Neither all there nor all away. */
        PARTIAL,
        /** There, and said to have been refused. */
        UNTRUE,
        /** Other values than were sent. */
        GARBLED,
        /** A table that cannot be read at all. */
        UNREADABLE
    }

    void countRow(long id) {
        rows++;
        sum += id;
    }

    void countAppend(Intent intent, Outcome told, boolean there) {
        outcomes.merge(told, 1L, Long::sum);
        if (told == Outcome.ACKNOWLEDGED) {
            acknowledgedRows += intent.rows();
        } else if (told == Outcome.UNKNOWN && there) {
            unknownButThere++;
        }
    }

    void fault(Fault fault, String sentence) {
        if (faults.merge(fault, 1L, Long::sum) <= SHOWN) {
            System.out.println("FAULT " + fault + ": " + sentence);
        }
    }

    long count(Fault fault) {
        return faults.getOrDefault(fault, 0L);
    }

    boolean isGood() {
        return faults.isEmpty();
    }

    long rows() {
        return rows;
    }

    long sum() {
        return sum;
    }

    /** Returns everything in one line. */
    @Override
    public String toString() {
        String found = Arrays.stream(Fault.values())
                .map(fault -> fault.name().toLowerCase(Locale.ROOT) + "=" + count(fault))
                .collect(Collectors.joining(" "));
        return String.format(
                Locale.ROOT,
                "%s; %d appends acknowledged with %d rows, %d refused, %d unknown (%d of them are in), table rows %d, "
                        + "sum of ids %d",
                found,
                outcomes.getOrDefault(Outcome.ACKNOWLEDGED, 0L),
                acknowledgedRows,
                outcomes.getOrDefault(Outcome.REFUSED, 0L),
                outcomes.getOrDefault(Outcome.UNKNOWN, 0L),
                unknownButThere,
                rows,
                sum);
    }
}
