package dev.eider.benchmark.soak;

import dev.eider.benchmark.soak.Tally.Event;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Rounds of load, kill -9 of a gateway in the midst of it, restart, and a check of the table. */
final class KillRounds {
    private static final int FEWEST_MILLIS = 1_500;
    private static final int MOST_MILLIS = 4_000;
    /** A table lives through several rounds, but not so many that reading it takes all the time. */
    private static final int ROUNDS_OF_A_TABLE = 10;

    private final SoakRun run;
    private final int rounds;
    private final List<GatewaySlot> slots;
    private final Checker checker;
    private final SplittableRandom random;

    KillRounds(SoakRun run, SoakOptions options, List<GatewaySlot> slots, Checker checker) {
        this.run = run;
        this.rounds = options.rounds();
        this.slots = slots;
        this.checker = checker;
        this.random = new SplittableRandom(options.seed());
    }

    /** Runs all rounds, or until one finds a fault. */
    void run() throws InterruptedException {
        for (int round = 1; round <= rounds && run.complaints().isEmpty(); round++) {
            long started = System.nanoTime();
            run.goesOnAfter(random.nextInt(FEWEST_MILLIS, MOST_MILLIS));
            List<GatewaySlot> killed =
                    random.nextInt(4) == 0 ? slots : List.of(slots.get(random.nextInt(slots.size())));
            for (GatewaySlot slot : killed) {
                slot.kill();
                run.tally().count(Event.KILL);
            }
            killed.forEach(GatewaySlot::start);
            int number = round;
            long restarted = System.nanoTime();
            run.quietly(() -> check(number, killed));
            System.out.printf(
                    Locale.ROOT,
                    "    %.1f s of load and restart, %.1f s until all was quiet and checked%n",
                    (restarted - started) / 1e9,
                    (System.nanoTime() - restarted) / 1e9);
        }
    }

    private void check(int round, List<GatewaySlot> killed) {
        String table = run.table();
        Verdict verdict = checker.check(List.of(table));
        System.out.printf(
                Locale.ROOT,
                "round %d/%d, killed %s, table %s: %s%n",
                round,
                rounds,
                killed.stream().map(GatewaySlot::name).toList(),
                table,
                verdict);
        if (!verdict.isGood()) {
            run.complain("Round " + round + " found faults");
        }
        run.turnTo("soak_" + round / ROUNDS_OF_A_TABLE);
    }
}
