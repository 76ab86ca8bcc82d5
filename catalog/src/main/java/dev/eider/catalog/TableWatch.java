package dev.eider.catalog;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.catalog.TableIdentifier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whoever waits for tables that these may have changed: at once for commits of this process, and those of others
 * within {@link #PAUSE}, by one query for all that is waited for. Without anybody waiting, nothing is asked.
 *
 * <p>Thread-safe.
 */
public final class TableWatch {
    /** How long a commit of another process may go unnoticed. */
    public static final Duration PAUSE = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(TableWatch.class);

    private final Function<Collection<TableIdentifier>, Map<TableIdentifier, TablePointer>> pointers;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private Map<TableIdentifier, Optional<TablePointer>> last = Map.of();
    private boolean failing;

    TableWatch(Function<Collection<TableIdentifier>, Map<TableIdentifier, TablePointer>> pointers) {
        this.pointers = pointers;
    }

    /** Somebody who waits; closing it ends that. */
    public final class Watch implements AutoCloseable {
        private final TableIdentifier table;
        private final Runnable changed;

        private Watch(TableIdentifier table, Runnable changed) {
            this.table = table;
            this.changed = changed;
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    /**
     * Waits for a table, which need not exist.
     *
     * @param changed runs after a change, and now and then without one; quick, because commits wait for it
     */
    public Watch watch(TableIdentifier table, Runnable changed) {
        Watch watch = new Watch(table, changed);
        watches.add(watch);
        return watch;
    }

    /** Takes note of a change that this process made. */
    void changed(TableIdentifier table) {
        if (!watches.isEmpty()) {
            String folded = TableNames.folded(table);
            watches.stream()
                    .filter(watch -> TableNames.folded(watch.table).equals(folded))
                    .forEach(TableWatch::run);
        }
    }

    /** Looks for changes that others made. Called by one thread at a time. */
    synchronized void poll() {
        Set<TableIdentifier> tables =
                watches.stream().map(watch -> watch.table).collect(Collectors.toUnmodifiableSet());
        if (tables.isEmpty()) {
            last = Map.of();
            return;
        }
        Map<TableIdentifier, Optional<TablePointer>> now = new HashMap<>();
        try {
            Map<TableIdentifier, TablePointer> found = find(tables);
            tables.forEach(table -> now.put(table, Optional.ofNullable(found.get(table))));
        } catch (RuntimeException e) {
            failed(tables.size(), e);
            return;
        }
        recovered();
        Map<TableIdentifier, Optional<TablePointer>> before = last;
        last = now;
        // What is looked up for the first time may have changed since its watch began.
        watches.stream()
                .filter(watch ->
                        now.containsKey(watch.table) && !now.get(watch.table).equals(before.get(watch.table)))
                .forEach(TableWatch::run);
    }

    /** A name that has become ambiguous fails alone. */
    private Map<TableIdentifier, TablePointer> find(Set<TableIdentifier> tables) {
        try {
            return pointers.apply(tables);
        } catch (EiderException e) {
            if (e.code() != ErrorCode.INVALID_REQUEST) {
                throw e;
            }
            Map<TableIdentifier, TablePointer> found = new HashMap<>();
            for (TableIdentifier table : tables) {
                try {
                    found.putAll(pointers.apply(Set.of(table)));
                } catch (EiderException ambiguous) {
                    LOG.debug("A table that is watched is not found, table={}", table, ambiguous);
                }
            }
            return found;
        }
    }

    /** Says so once, not every half second. */
    private void failed(int tables, RuntimeException e) {
        if (!failing) {
            LOG.warn(
                    "The {} tables that are watched cannot be looked up: commits of others go unnoticed meanwhile: {}",
                    tables,
                    e.getMessage());
        }
        failing = true;
        LOG.debug("The tables that are watched could not be looked up, the next round tries again", e);
    }

    private void recovered() {
        if (failing) {
            LOG.info("The tables that are watched can be looked up again");
        }
        failing = false;
    }

    /** One that fails must not keep the news from the others, nor fail a commit. */
    private static void run(Watch watch) {
        try {
            watch.changed.run();
        } catch (RuntimeException e) {
            LOG.error("A watch of table {} failed", watch.table, e);
        }
    }
}
