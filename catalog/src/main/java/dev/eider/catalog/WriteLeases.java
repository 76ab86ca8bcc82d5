package dev.eider.catalog;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Protects the files of writes that are still running from the removal of orphan files, on whichever gateway either runs:
 * a write that takes longer than {@link #LEASED_AFTER} holds a row in the catalog database, renewed by a heartbeat.
 * Shorter writes need none, because files younger than an hour are never taken for orphans; they write nothing.
 *
 * <p>A lease that is not renewed ends, and whoever removes orphans takes its row away first. Such a write can never be
 * committed: the transaction of its commit looks for the row. So every file is either seen as referenced, or protected
 * by a lease, or its write fails.
 *
 * <p>Thread-safe.
 */
public final class WriteLeases {
    /** The age from which on a write holds a row. */
    static final Duration LEASED_AFTER = Duration.ofMinutes(5);

    /** The age from which on a write cannot be committed without a row: half of the least age of an orphan. */
    static final Duration LEASE_REQUIRED_AFTER = Duration.ofMinutes(30);

    static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration VALID = Duration.ofMinutes(30);
    private static final Logger LOG = LoggerFactory.getLogger(WriteLeases.class);

    private final CatalogDatabase database;
    private final Clock clock;
    private final Set<Lease> open = ConcurrentHashMap.newKeySet();

    WriteLeases(CatalogDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The files that one write has written and not committed yet. Closing it more than once does nothing. */
    public final class Lease implements AutoCloseable {
        private final String holder = UUID.randomUUID().toString();
        private final String tableUuid;
        private final Instant started = clock.instant();
        private final long startedNanos = System.nanoTime();
        /** Guarded by this lease, like the next. */
        private boolean hasRow;

        private boolean mayHaveRow;
        private boolean closed;

        private Lease(String tableUuid) {
            this.tableUuid = tableUuid;
        }

        String holder() {
            return holder;
        }

        /** Counts the time for which the machine slept, and is not set back with its clock. */
        Duration age() {
            Duration ran = Duration.ofNanos(System.nanoTime() - startedNanos);
            Duration passed = Duration.between(started, clock.instant());
            return ran.compareTo(passed) > 0 ? ran : passed;
        }

        /** Returns whether a commit has to prove that the files are there, and that the lease never ended. */
        synchronized boolean needsProof() {
            return hasRow || age().compareTo(LEASE_REQUIRED_AFTER) >= 0;
        }

        /** Returns whether the database could be asked. */
        private synchronized boolean beat() {
            Duration age = age();
            boolean mayBegin = !hasRow && age.compareTo(LEASE_REQUIRED_AFTER) < 0;
            if (closed || age.compareTo(LEASED_AFTER) < 0 || !(hasRow || mayBegin)) {
                return true;
            }
            mayHaveRow = true;
            try {
                boolean held = database.transact(connection -> mayBegin
                        ? RetiredFiles.beginWrite(connection, holder, tableUuid, started, expiry())
                        : RetiredFiles.renewWrite(connection, holder, expiry()));
                if (!held) {
                    LOG.warn("A long write has lost its lease and will be refused, table={} age={}", tableUuid, age);
                }
                hasRow = true;
                return true;
            } catch (SQLException | RuntimeException e) {
                LOG.warn("The lease of a long write was not renewed, table={}: {}", tableUuid, e.getMessage());
                return false;
            }
        }

        private Instant expiry() {
            return clock.instant().plus(VALID);
        }

        @Override
        public synchronized void close() {
            open.remove(this);
            if (closed || !mayHaveRow) {
                closed = true;
                return;
            }
            closed = true;
            try {
                database.transact(connection -> RetiredFiles.endWrite(connection, holder));
            } catch (SQLException | RuntimeException e) {
                LOG.debug("The lease of a write was not released, it ends by itself, table={}", tableUuid, e);
            }
        }
    }

    /** Says that files of a table are about to be written; to be closed once they are committed or removed. */
    public Lease begin(String tableUuid) {
        Lease lease = new Lease(tableUuid);
        open.add(lease);
        return lease;
    }

    /** Gets or renews the rows of all writes that have become long. */
    void beat() {
        // While the database does not answer, the others would wait for it in vain as well.
        for (Lease lease : open) {
            if (!lease.beat()) {
                return;
            }
        }
    }

    /**
     * Returns since when writes of a table are running that are not committed yet, on any gateway. Writes whose leases
     * have ended can never be committed from now on. To be asked before the table is loaded.
     */
    public Optional<Instant> runningSince(String tableUuid) {
        try {
            return database.transact(connection -> RetiredFiles.writesSince(connection, tableUuid, clock.instant()));
        } catch (SQLException e) {
            throw CatalogDatabase.failed("read", e);
        }
    }
}
