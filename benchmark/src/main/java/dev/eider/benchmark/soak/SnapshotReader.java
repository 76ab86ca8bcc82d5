package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.SoakRun.Landed;
import dev.eider.benchmark.soak.Tally.Event;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Queries through one gateway until the run stops: what is acknowledged is seen at once, an append is in the snapshot
 * that its receipt names, and an old snapshot gives the same rows every time.
 */
final class SnapshotReader implements Runnable {
    private static final int REMEMBERED = 500;

    /** A snapshot whose files are gone, or a defect: never to be had while there is room on the disk. */
    private static final Set<String> WRONG = Set.of("STORAGE_FAILED", "INTERNAL", "INVALID_SQL", "INVALID_REQUEST");

    private final SoakRun run;
    private final GatewayLine line;
    private final SplittableRandom random;
    private final Map<Long, String> seen = new HashMap<>();

    SnapshotReader(SoakRun run, long seed, GatewaySlot slot, BufferAllocator allocator) {
        this.run = run;
        this.line = new GatewayLine(slot, allocator);
        this.random = new SplittableRandom(seed);
    }

    @Override
    public void run() {
        try (line) {
            while (run.goesOnAfter(random.nextInt(150))) {
                boolean diskWasFull = run.diskIsFull();
                try {
                    read();
                } catch (FlightRuntimeException e) {
                    failed(e, diskWasFull || run.diskIsFull());
                }
            }
        } catch (RuntimeException e) {
            run.complain("A reader ends: " + e);
        }
    }

    private void read() {
        if (random.nextInt(3) == 0) {
            readNow();
        } else {
            run.oneLanded(random).forEach(this::readOld);
        }
    }

    private void readNow() {
        String table = run.table();
        long least = run.acknowledgedRows(table);
        if (least == 0) {
            return;
        }
        long found = line.numbers("SELECT count(*) FROM " + table).get(0)[0];
        run.tally().count(Event.READ);
        if (found < least) {
            run.complain("Table " + table + " shows " + found + " rows when " + least + " were acknowledged");
        }
    }

    private void readOld(Landed landed) {
        Intent intent = landed.intent();
        String from = " FROM " + intent.table() + " AT (VERSION => " + landed.snapshot() + ")";
        long own = line.numbers("SELECT count(*)" + from + " WHERE intent = " + intent.number())
                .get(0)[0];
        if (own != intent.rows()) {
            run.complain("Snapshot " + landed.snapshot() + " has " + own + " of the " + intent.rows()
                    + " rows of append " + intent.number());
        }
        long[] sums = line.numbers("SELECT count(*), CAST(sum(id) AS BIGINT), CAST(sum(length(note)) AS BIGINT)" + from)
                .get(0);
        String answer = sums[0] + " rows, sum " + sums[1] + ", " + sums[2] + " characters";
        run.tally().count(Event.OLD_READ);
        if (seen.size() == REMEMBERED) {
            seen.clear();
        }
        String before = seen.putIfAbsent(landed.snapshot(), answer);
        if (before != null && !before.equals(answer)) {
            run.complain("Snapshot " + landed.snapshot() + " gave " + before + ", and now " + answer);
        }
    }

    private void failed(FlightRuntimeException failure, boolean diskIsFull) {
        String code = GatewayLine.code(failure).orElse(failure.status().code() + " by the connection");
        if (code.equals("VERSION_NOT_FOUND")) {
            run.tally().count(Event.EXPIRED);
            return;
        }
        run.tally().count(Event.FAILED_READ);
        run.tally().failed(code);
        if (WRONG.contains(code) && !diskIsFull) {
            run.complain("A read was answered " + code + ": " + failure.getMessage());
        }
    }
}
