package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.Tally.Event;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** Load by the clock, with gateways killed, clocks set and the disk filled at random moments; tables are checked when they are left. */
final class RandomFaults {
    private static final long TABLE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final SoakRun run;
    private final long nanos;
    private final List<GatewaySlot> slots;
    private final Optional<SmallDisk> disk;
    private final Checker checker;
    private final RowSource source;
    private final SplittableRandom random;

    RandomFaults(
            SoakRun run,
            SoakOptions options,
            List<GatewaySlot> slots,
            Optional<SmallDisk> disk,
            Checker checker,
            RowSource source) {
        this.run = run;
        this.nanos = TimeUnit.MINUTES.toNanos(options.minutes());
        this.slots = slots;
        this.disk = disk;
        this.checker = checker;
        this.source = source;
        this.random = new SplittableRandom(options.seed());
    }

    /** Runs until time is up, or a table is found faulty; all gateways live then. */
    void run() throws InterruptedException, IOException {
        long end = System.nanoTime() + nanos;
        long turn = System.nanoTime() + TABLE_NANOS;
        int table = 0;
        while (System.nanoTime() < end && run.complaints().isEmpty()) {
            run.goesOnAfter(random.nextInt(1_000, 5_000));
            fault();
            if (System.nanoTime() > turn) {
                String next = "soak_" + ++table;
                run.quietly(() -> turn(next));
                turn = System.nanoTime() + TABLE_NANOS;
            }
        }
    }

    private void fault() throws IOException {
        if (random.nextInt(3) == 0) {
            slots.get(random.nextInt(slots.size())).stepClock(random);
        }
        int choice = random.nextInt(10);
        boolean fills = disk.isPresent() && choice < 4;
        boolean kills = choice >= 3;
        if (fills) {
            run.diskIsFull(true);
            disk.get().fill();
            run.tally().count(Event.FULL_DISK);
            run.goesOnAfter(random.nextInt(300, 2_000));
        }
        List<GatewaySlot> killed = kills ? chosen() : List.of();
        for (GatewaySlot slot : killed) {
            slot.kill();
            run.tally().count(Event.KILL);
        }
        if (fills) {
            disk.get().free();
            run.diskIsFull(false);
        }
        killed.forEach(GatewaySlot::start);
    }

    private List<GatewaySlot> chosen() {
        return random.nextInt(3) == 0 ? slots : List.of(slots.get(random.nextInt(slots.size())));
    }

    private void turn(String next) {
        Verdict verdict = checker.check(run.table(), source);
        System.out.printf(Locale.ROOT, "table %s: %s; so far %s%n", run.table(), verdict, run.tally());
        if (!verdict.isGood()) {
            run.complain("Table " + run.table() + " has faults");
        }
        run.turnTo(next);
    }
}
