package dev.eider.benchmark.soak;

import dev.eider.catalog.Faults;
import dev.eider.catalog.FaultyDriver;
import dev.eider.cli.Eider;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code eider serve} over a catalog database whose connections fail around commits now and then: replies are lost,
 * commits come late or never, others are in the way, or the process ends at that very instant. A program of its own.
 */
public final class FaultyGateway {
    /** What a line of its output begins with for each fault that happened. */
    static final String FIRED = "Database fault ";

    private static final String SCRIPT = "soak";
    private static final Duration LATE = Duration.ofSeconds(2);
    private static final int MOST_MILLIS_BETWEEN = 1_500;

    /** How often each kind comes, by repetition. */
    private static final List<Faults.Kind> KINDS = List.of(
            Faults.Kind.REPLY_LOST,
            Faults.Kind.REPLY_LOST,
            Faults.Kind.CONNECTION_RESET,
            Faults.Kind.APPLIED_LATER,
            Faults.Kind.UNDONE_LATER,
            Faults.Kind.BUSY,
            Faults.Kind.BUSY,
            Faults.Kind.KILL);

    private FaultyGateway() {}

    /** Runs the command line as {@code eider} does. */
    public static void main(String... arguments) {
        Faults faults = FaultyDriver.script(SCRIPT).applyLaterAfter(LATE);
        Thread arming = new Thread(() -> arm(faults), "database-faults");
        arming.setDaemon(true);
        arming.start();
        Eider.main(arguments);
    }

    /** Returns the URI under which a database fails so. */
    static String uri(String real) {
        return "jdbc:faulty:" + SCRIPT + ":" + real;
    }

    private static void arm(Faults faults) {
        SplittableRandom random = new SplittableRandom(ProcessHandle.current().pid());
        Faults.Point[] points = Faults.Point.values();
        int fired = 0;
        while (true) {
            LockSupport.parkNanos(random.nextInt(MOST_MILLIS_BETWEEN) * 1_000_000L);
            for (; fired < faults.fired(); fired++) {
                System.out.println(FIRED + (fired + 1));
            }
            faults.disarm();
            Faults.Kind kind = KINDS.get(random.nextInt(KINDS.size()));
            boolean late = kind == Faults.Kind.APPLIED_LATER || kind == Faults.Kind.UNDONE_LATER;
            // No database commits late what it was not yet told to commit.
            faults.arm(late ? Faults.Point.AFTER_SWAP : points[random.nextInt(points.length)], kind, 1);
        }
    }
}
