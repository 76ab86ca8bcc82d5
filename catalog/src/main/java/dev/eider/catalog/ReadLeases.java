package dev.eider.catalog;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the files of snapshots that are being read, however long that takes: a read that outlasts half of the grace
 * period of files holds a row in the catalog database, one for all reads of that snapshot in this process, renewed by a
 * heartbeat. Shorter reads write nothing.
 *
 * <p>Thread-safe. A lease that cannot be written is logged and tried again at the next beat; a process that dies leaves
 * rows that expire by themselves.
 */
public final class ReadLeases {
    private static final Logger LOG = LoggerFactory.getLogger(ReadLeases.class);
    /** Clocks of machines differ: a file that was retired just before a read began may be one that it needs. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);

    private static final int BEATS_PER_GRACE = 8;

    private final CatalogDatabase database;
    private final Clock clock;
    private final Duration grace;
    private final String holder = UUID.randomUUID().toString();
    /** Guards the rows: whoever writes or deletes one. Taken before the guard of {@link #open}, never within it. */
    private final Object rows = new Object();

    private final Map<Pinned, Entry> open = new HashMap<>();

    ReadLeases(CatalogDatabase database, Clock clock, Duration grace) {
        this.database = database;
        this.clock = clock;
        this.grace = grace;
    }

    /** A snapshot of a table. */
    private record Pinned(String tableUuid, long snapshotId) {}

    /** The reads of one snapshot; its fields are guarded by {@link #open}. */
    private static final class Entry {
        private int reads;
        private Instant started = Instant.MAX;
        /** Whether there is, or may be, a row. */
        private boolean leased;
    }

    /** The need of one read for the files of one snapshot; closing it more than once does nothing. */
    public final class Hold implements AutoCloseable {
        private final Pinned pinned;
        private boolean closed;

        private Hold(Pinned pinned) {
            this.pinned = pinned;
        }

        @Override
        public void close() {
            boolean last;
            synchronized (open) {
                last = !closed && leave(pinned);
                closed = true;
            }
            if (last) {
                release(pinned);
            }
        }
    }

    /** Returns how far apart the beats must be. */
    Duration pause() {
        return grace.dividedBy(BEATS_PER_GRACE);
    }

    /**
     * Says that a read needs a snapshot until the hold is closed.
     *
     * @param started when the snapshot was looked up, which may be long before the read begins
     */
    public Hold hold(String tableUuid, long snapshotId, Instant started) {
        Pinned pinned = new Pinned(tableUuid, snapshotId);
        boolean due;
        synchronized (open) {
            Entry entry = open.computeIfAbsent(pinned, key -> new Entry());
            entry.reads++;
            boolean earlier = started.isBefore(entry.started);
            entry.started = earlier ? started : entry.started;
            due = isDue(entry) && (earlier || !entry.leased);
        }
        if (due) {
            lease(pinned);
        }
        return new Hold(pinned);
    }

    private boolean isDue(Entry entry) {
        return !entry.started.plus(grace.dividedBy(2)).isAfter(clock.instant());
    }

    /** Returns whether the last read of a leased snapshot has ended. */
    private boolean leave(Pinned pinned) {
        Entry entry = open.get(pinned);
        if (entry == null || --entry.reads > 0) {
            return false;
        }
        open.remove(pinned);
        return entry.leased;
    }

    /** Gets or renews the rows of all reads that have become long. */
    void beat() {
        List<Pinned> due;
        synchronized (open) {
            due = open.entrySet().stream()
                    .filter(entry -> isDue(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
        }
        due.forEach(this::lease);
    }

    private void lease(Pinned pinned) {
        synchronized (rows) {
            Instant started;
            synchronized (open) {
                Entry entry = open.get(pinned);
                if (entry == null) {
                    return;
                }
                entry.leased = true;
                started = entry.started.minus(CLOCK_TOLERANCE);
            }
            Instant expires = clock.instant().plus(grace);
            try {
                database.transact(connection -> {
                    RetiredFiles.lease(connection, holder, pinned.tableUuid(), pinned.snapshotId(), started, expires);
                    return true;
                });
            } catch (SQLException | RuntimeException e) {
                LOG.warn("A long read has no lease yet, snapshot={}", pinned.snapshotId(), e);
            }
        }
    }

    private void release(Pinned pinned) {
        synchronized (rows) {
            synchronized (open) {
                Entry next = open.get(pinned);
                if (next != null && next.leased) {
                    return;
                }
            }
            try {
                database.transact(connection -> {
                    RetiredFiles.release(connection, holder, pinned.tableUuid(), pinned.snapshotId());
                    return true;
                });
            } catch (SQLException | RuntimeException e) {
                LOG.debug("A lease was not released, it expires by itself, snapshot={}", pinned.snapshotId(), e);
            }
        }
    }
}
