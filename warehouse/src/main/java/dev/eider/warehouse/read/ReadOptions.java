package dev.eider.warehouse.read;

import java.util.Map;
import java.util.OptionalLong;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * What a read asks for besides its text: that it sees certain commits, such as the caller's own, or the tables as they were.
 * Immutable.
 *
 * @param minSnapshot a snapshot that the statement's one table must contain; refused if there are more tables, or none
 * @param minSnapshots snapshots that tables must contain; a table that the statement does not read has no say
 * @param version at which every table is read that the statement gives no version of its own
 */
public record ReadOptions(OptionalLong minSnapshot, Map<TableIdentifier, Long> minSnapshots, TableVersion version) {

    /** Asks for nothing. */
    public static final ReadOptions NONE = new ReadOptions(OptionalLong.empty(), Map.of());

    /** Asks for commits, and reads every table as it is now. */
    public ReadOptions(OptionalLong minSnapshot, Map<TableIdentifier, Long> minSnapshots) {
        this(minSnapshot, minSnapshots, new TableVersion.Latest());
    }

    /** Copies the map, so that nobody changes it later. */
    public ReadOptions {
        minSnapshots = Map.copyOf(minSnapshots);
    }

    /** Returns the same with another version. */
    public ReadOptions asOf(TableVersion other) {
        return new ReadOptions(minSnapshot, minSnapshots, other);
    }

    /** Returns whether nothing is asked for. */
    public boolean isEmpty() {
        return requiresNothing() && version instanceof TableVersion.Latest;
    }

    /** Returns whether no commit has to be seen. */
    boolean requiresNothing() {
        return minSnapshot.isEmpty() && minSnapshots.isEmpty();
    }
}
