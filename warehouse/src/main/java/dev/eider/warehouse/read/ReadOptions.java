package dev.eider.warehouse.read;

import java.util.Map;
import java.util.OptionalLong;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * What a read asks for besides its text: that it sees certain commits, such as the caller's own. Immutable.
 *
 * @param minSnapshot a snapshot that the statement's one table must contain; refused if there are more tables, or none
 * @param minSnapshots snapshots that tables must contain; a table that the statement does not read has no say
 */
public record ReadOptions(OptionalLong minSnapshot, Map<TableIdentifier, Long> minSnapshots) {

    /** Asks for nothing. */
    public static final ReadOptions NONE = new ReadOptions(OptionalLong.empty(), Map.of());

    /** Copies the map, so that nobody changes it later. */
    public ReadOptions {
        minSnapshots = Map.copyOf(minSnapshots);
    }

    /** Returns whether nothing is asked for. */
    public boolean isEmpty() {
        return minSnapshot.isEmpty() && minSnapshots.isEmpty();
    }
}
