package dev.eider.benchmark.soak;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Counts what happens in a run, by name. Thread-safe. */
final class Tally {
    private final Map<Event, LongAdder> events = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

    /** What is counted; the text is how it is printed. */
    enum Event {
        APPEND("appends"),
        ACKNOWLEDGED("acks"),
        RETRY("retries"),
        DUPLICATE("duplicates answered"),
        SEEN("found by reading"),
        REFUSED("refused"),
        UNKNOWN("unknown outcomes"),
        FOREIGN("acks of stock Iceberg"),
        FOREIGN_REFUSED("refused to stock Iceberg"),
        KILL("kills"),
        DATABASE_FAULT("database faults"),
        BUCKET_FAULT("bucket faults"),
        FULL_DISK("full disks"),
        CLOCK_STEP("clock steps"),
        ORPHAN("orphans removed"),
        READ("reads of now"),
        OLD_READ("reads of old snapshots"),
        EXPIRED("expired snapshots"),
        FAILED_READ("failed reads");

        private final String text;

        Event(String text) {
            this.text = text;
        }
    }

    void count(Event event) {
        events.computeIfAbsent(event, any -> new LongAdder()).increment();
    }

    long of(Event event) {
        LongAdder adder = events.get(event);
        return adder == null ? 0 : adder.sum();
    }

    /** Counts a failed call by what it was answered. */
    void failed(String code) {
        failures.computeIfAbsent(code, any -> new LongAdder()).increment();
    }

    /** Returns everything in one line. */
    @Override
    public String toString() {
        String counts = java.util.Arrays.stream(Event.values())
                .map(event -> event.text + " " + of(event))
                .collect(Collectors.joining(", "));
        return counts + "; failed calls " + new TreeMap<>(failures);
    }
}
