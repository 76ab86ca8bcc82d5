package dev.eider.catalog;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A script of faults for the connections of a {@link FaultyDriver}: what goes wrong at which point of a swap, how many
 * times, and how often it did.
 *
 * <p>A <b>swap</b> is a transaction that inserts, updates or deletes rows of {@code iceberg_tables}: an update that finds
 * no row is none. A change in auto-commit mode is a swap of one statement, which is its commit as well.
 *
 * <p>The request that an exception answers is the last one of its connection, except for {@link Kind#BUSY} and
 * {@link Kind#COMMITTED_BUT_40001}. Thread-safe.
 */
public final class Faults implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final String prefix;
    private final List<Armed> armed = new ArrayList<>();
    private final Map<Point, Map<Kind, Integer>> fired = new EnumMap<>(Point.class);
    private final List<LateCommit> late = new ArrayList<>();
    private Optional<Duration> delay = Optional.empty();
    private Runnable hook = () -> {};

    Faults(String name, String prefix) {
        this.name = name;
        this.prefix = prefix;
    }

    /** Where in a swap a fault fires. */
    public enum Point {
        /** The first statement that changes the pointer table is about to run: that statement is the request. */
        BEFORE_SWAP,
        /** The change has been made; fires at the next statement or commit, which is not carried out. */
        DURING_SWAP,
        /** At the commit: that is the request. */
        AFTER_SWAP
    }

    /** What goes wrong. */
    public enum Kind {
        /** The request is carried out, but instead of its reply comes an error 08006, and the connection is gone. */
        REPLY_LOST,
        /**
         * Error 08006 at once, and the connection is gone; but the request, and after it a commit, are carried out later
         * ({@link #release()}, {@link #applyLaterAfter}). A statement that finds no row by then is rolled back.
         *
         * <p>Databases do that to a commit only; elsewhere the rest of the transaction is missing in what is committed.
         */
        APPLIED_LATER,
        /** As {@link #APPLIED_LATER}, but in the end, after it has held its locks that long, all is rolled back. */
        UNDONE_LATER,
        /** Error 08006, and the connection is gone: rolled back, except {@link Point#AFTER_SWAP}, where it committed. */
        CONNECTION_RESET,
        /**
         * The request is refused because others are in the way, as the database does it: SQLite with code 5, the
         * transaction stays open; PostgreSQL with 40001, the transaction is lost. The connection stays usable.
         */
        BUSY,
        /** The commit is carried out, but reported as 40001; the connection stays usable. {@link Point#AFTER_SWAP} only. */
        COMMITTED_BUT_40001,
        /** The process ends at once with code 137, as by kill -9; {@link Point#AFTER_SWAP}: when it has committed. */
        KILL
    }

    private static final class Armed {
        private final Point point;
        private final Kind kind;
        private int left;

        Armed(Point point, Kind kind, int left) {
            this.point = point;
            this.kind = kind;
            this.left = left;
        }
    }

    /** Returns the URI by which connections to a real database follow this script. */
    public String uri(String realUri) {
        return prefix + realUri;
    }

    /** Lets a fault happen at the next so many swaps; faults of one point happen in the order of these calls. */
    public synchronized Faults arm(Point point, Kind kind, int times) {
        if (kind == Kind.COMMITTED_BUT_40001 && point != Point.AFTER_SWAP) {
            throw new IllegalArgumentException(kind + " is a fault of commits, not " + point);
        }
        armed.add(new Armed(point, kind, times));
        return this;
    }

    /** Lets nothing go wrong any more. */
    public synchronized void disarm() {
        armed.clear();
    }

    /**
     * Sets what runs when a fault happens: after all that happens in the database, before the writer learns of it, on
     * the writer's thread. Where a transaction is left open its locks are still held.
     */
    public synchronized Faults onFire(Runnable action) {
        hook = action;
        return this;
    }

    /** Carries out late transactions after this time, without waiting for {@link #release()}. */
    public synchronized Faults applyLaterAfter(Duration time) {
        delay = Optional.of(time);
        return this;
    }

    /** Returns how often a fault happened. */
    public synchronized int fired(Point point, Kind kind) {
        return fired.getOrDefault(point, Map.of()).getOrDefault(kind, 0);
    }

    /** Returns how many faults happened. */
    public synchronized int fired() {
        return fired.values().stream()
                .flatMap(kinds -> kinds.values().stream())
                .mapToInt(Integer::intValue)
                .sum();
    }

    /** Lets the late transactions go on that wait now; {@link #awaitLate()} tells when they are through. */
    public void release() {
        lateTransactions().forEach(LateCommit::release);
    }

    /**
     * Waits for the end of all late transactions.
     *
     * @return how many of them have been applied; the others found nothing to change or were refused
     */
    public int awaitLate() {
        int applied = 0;
        for (LateCommit transaction : lateTransactions()) {
            applied += transaction.await(PATIENCE) ? 1 : 0;
        }
        return applied;
    }

    /** Ends the script: later connections fail, open ones work as real ones, waiting transactions are rolled back. */
    @Override
    public void close() {
        FaultyDriver.forget(name);
        disarm();
        lateTransactions().forEach(LateCommit::giveUp);
        awaitLate();
    }

    private synchronized List<LateCommit> lateTransactions() {
        return List.copyOf(late);
    }

    /** Returns what goes wrong now, if anything, and uses it up. */
    synchronized Optional<Kind> take(Point point) {
        for (Armed next : armed) {
            if (next.point == point && next.left > 0) {
                next.left--;
                return Optional.of(next.kind);
            }
        }
        return Optional.empty();
    }

    /** Counts a fault whose effects on the database are done. */
    void happened(Point point, Kind kind) {
        Runnable action;
        synchronized (this) {
            fired.computeIfAbsent(point, p -> new EnumMap<>(Kind.class)).merge(kind, 1, Integer::sum);
            action = hook;
        }
        action.run();
    }

    /** Takes over a connection whose transaction goes on later. */
    synchronized void later(LateCommit transaction) {
        late.add(transaction);
        transaction.start(delay);
    }
}
