package dev.eider.warehouse.write;

import dev.eider.catalog.TableNames;
import dev.eider.catalog.TableState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.iceberg.catalog.TableIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * Tables that appends of this process are about to create: writers that meet at a missing table prepare the same one,
 * so that whoever commits first creates it for all of them. Thread-safe.
 */
final class StagedTables {
    private final Map<String, Entry> entries = new HashMap<>();

    private static final class Entry {
        private final TableState state;
        private int users;

        Entry(TableState state) {
            this.state = state;
        }
    }

    /**
     * Joins the writers of a missing table.
     *
     * @param stage lays the table out, if nobody has yet
     * @param find looks the table up: it may have appeared meanwhile
     * @return the table to write for; every call is followed by one {@link #leave}
     */
    synchronized TableState join(
            TableIdentifier name, Supplier<TableState> stage, Supplier<Optional<TableState>> find) {
        Entry entry = entries.get(TableNames.folded(name));
        if (entry == null) {
            // The last writer leaves after its commit: a table that is not staged any more is visible by now.
            Optional<TableState> appeared = find.get();
            if (appeared.isPresent()) {
                return appeared.get();
            }
            entry = new Entry(stage.get());
            entries.put(TableNames.folded(name), entry);
        }
        entry.users++;
        return entry.state;
    }

    /** Leaves the writers of a table, staged or not; returns whether none is left. */
    synchronized boolean leave(TableState state) {
        @Nullable Entry entry = entries.get(TableNames.folded(state.identifier()));
        if (entry == null || !entry.state.equals(state)) {
            return true;
        }
        boolean last = --entry.users == 0;
        if (last) {
            entries.remove(TableNames.folded(state.identifier()));
        }
        return last;
    }
}
