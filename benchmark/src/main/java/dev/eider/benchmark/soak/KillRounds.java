package dev.eider.benchmark.soak;

import dev.eider.benchmark.StockCatalog;
import dev.eider.benchmark.soak.Tally.Event;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.arrow.memory.BufferAllocator;

/**
 * Rounds of load, kill -9 of a gateway in the midst of it, restart, and a check of the table through a gateway that was
 * killed; through Iceberg's own reader before a table is left.
 */
final class KillRounds {
    private static final int FEWEST_MILLIS = 1_500;
    private static final int MOST_MILLIS = 4_000;
    private static final int ROUNDS_OF_A_TABLE = 10;

    private final SoakRun run;
    private final int rounds;
    private final List<GatewaySlot> slots;
    private final Checker checker;
    private final StockCatalog catalog;
    private final SplittableRandom random;

    KillRounds(SoakRun run, SoakOptions options, List<GatewaySlot> slots, Checker checker, StockCatalog catalog) {
        this.run = run;
        this.rounds = options.rounds();
        this.slots = slots;
        this.checker = checker;
        this.catalog = catalog;
        this.random = new SplittableRandom(options.seed());
    }

    /** Runs all rounds, or until one finds a fault. */
    void run(BufferAllocator allocator) throws InterruptedException {
        for (int round = 1; round <= rounds && run.complaints().isEmpty(); round++) {
            run.goesOnAfter(random.nextInt(FEWEST_MILLIS, MOST_MILLIS));
            long started = System.nanoTime();
            List<GatewaySlot> killed = kill();
            killed.parallelStream().forEach(GatewaySlot::start);
            long restarted = System.nanoTime();
            int number = round;
            run.quietly(() -> {
                long quiet = System.nanoTime();
                Verdict verdict = verdict(number, killed.get(0), allocator);
                System.out.printf(
                        Locale.ROOT,
                        "round %d/%d: killed %s, restarted in %.1f s, all quiet after %.1f s, checked in %.1f s: %s%n",
                        number,
                        rounds,
                        killed.stream().map(GatewaySlot::name).toList(),
                        (restarted - started) / 1e9,
                        (quiet - restarted) / 1e9,
                        (System.nanoTime() - quiet) / 1e9,
                        verdict);
            });
            run.turnTo("soak_" + round / ROUNDS_OF_A_TABLE);
        }
    }

    private List<GatewaySlot> kill() {
        List<GatewaySlot> killed = random.nextInt(4) == 0 ? slots : List.of(slots.get(random.nextInt(slots.size())));
        for (GatewaySlot slot : killed) {
            slot.kill();
            run.tally().count(Event.KILL);
        }
        return killed;
    }

    private Verdict verdict(int round, GatewaySlot killed, BufferAllocator allocator) {
        try (GatewayLine line = new GatewayLine(killed, allocator)) {
            boolean last = round % ROUNDS_OF_A_TABLE == 0;
            RowSource source = last ? new IcebergRows(catalog) : new GatewayRows(line);
            Verdict verdict = checker.check(run.table(), source);
            if (!verdict.isGood()) {
                run.complain("Table " + run.table() + " has faults");
            }
            return verdict;
        }
    }
}
