package dev.eider.benchmark.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * What all clients of a run share: which table is written, which numbers are taken, what was acknowledged, what went
 * wrong. Thread-safe.
 */
final class SoakRun {
    private static final int SHOWN = 20;
    private static final int REMEMBERED = 2_000;
    private static final long QUIET_SECONDS = 180;
    private static final int SIDE_ONE_IN = 3;

    private final Tally tally = new Tally();
    private final AtomicLong nextNumber = new AtomicLong(1);
    private final ReentrantReadWriteLock pause = new ReentrantReadWriteLock(true);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Map<String, LongAdder> acknowledgedRows = new ConcurrentHashMap<>();
    private final Set<String> branched = ConcurrentHashMap.newKeySet();
    private final List<Landed> landed = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private volatile String table = "soak_0";
    private volatile boolean diskIsFull;

    /** An acknowledged append, and the snapshot that its receipt named. */
    record Landed(Intent intent, long snapshot) {}

    Tally tally() {
        return tally;
    }

    /** Returns the table that new appends go to. */
    String table() {
        return table;
    }

    void turnTo(String name) {
        table = name;
    }

    boolean diskIsFull() {
        return diskIsFull;
    }

    void diskIsFull(boolean full) {
        diskIsFull = full;
    }

    /** Notes that a table has the side branch. */
    void branched(String name) {
        branched.add(name);
    }

    boolean isBranched(String name) {
        return branched.contains(name);
    }

    /** Returns the next append of a client, to the main branch. */
    Intent next(int writer, SplittableRandom random) {
        return next(table, Intent.MAIN, writer, random);
    }

    /** Returns the next append of a client, now and then to the side branch, where there is one. */
    Intent nextOfAnyBranch(int writer, SplittableRandom random) {
        String name = table;
        boolean side = isBranched(name) && random.nextInt(SIDE_ONE_IN) == 0;
        return next(name, side ? Intent.SIDE : Intent.MAIN, writer, random);
    }

    private Intent next(String name, String branch, int writer, SplittableRandom random) {
        int rows = random.nextInt(1, Intent.MOST_ROWS + 1);
        return new Intent(nextNumber.getAndIncrement(), name, branch, rows, writer);
    }

    void acknowledged(Intent intent) {
        if (intent.isOnMain()) {
            acknowledgedRows
                    .computeIfAbsent(intent.table(), any -> new LongAdder())
                    .add(intent.rows());
        }
    }

    /** Remembers a snapshot for readers to come back to. */
    void landed(Intent intent, long snapshot) {
        synchronized (landed) {
            if (landed.size() == REMEMBERED) {
                landed.subList(0, REMEMBERED / 4).clear();
            }
            landed.add(new Landed(intent, snapshot));
        }
    }

    /** Returns one of the remembered appends; none before the first. */
    List<Landed> oneLanded(SplittableRandom random) {
        synchronized (landed) {
            return landed.isEmpty() ? List.of() : List.of(landed.get(random.nextInt(landed.size())));
        }
    }

    /** Returns how many rows of a table's main branch were acknowledged before this call. */
    long acknowledgedRows(String name) {
        LongAdder rows = acknowledgedRows.get(name);
        return rows == null ? 0 : rows.sum();
    }

    /** Runs one append with all its repetitions; a pause begins before it or after it. None runs once the run stopped. */
    void append(Runnable work) {
        pause.readLock().lock();
        try {
            if (goesOn()) {
                work.run();
            }
        } finally {
            pause.readLock().unlock();
        }
    }

    /** Runs work while no append is under way. */
    void quietly(Runnable work) throws InterruptedException {
        if (!pause.writeLock().tryLock(QUIET_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("An append does not come to an end within " + QUIET_SECONDS + " s");
        }
        try {
            work.run();
        } finally {
            pause.writeLock().unlock();
        }
    }

    /** Waits, or until the run is stopped; returns whether it goes on. */
    boolean goesOnAfter(long millis) {
        try {
            return !stopped.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean goesOn() {
        return stopped.getCount() > 0;
    }

    void stop() {
        stopped.countDown();
    }

    /** Notes something that must not happen; the run fails. */
    void complain(String sentence) {
        synchronized (complaints) {
            complaints.add(sentence);
            if (complaints.size() <= SHOWN) {
                System.out.println("FAULT " + sentence);
            }
        }
    }

    List<String> complaints() {
        synchronized (complaints) {
            return List.copyOf(complaints);
        }
    }
}
