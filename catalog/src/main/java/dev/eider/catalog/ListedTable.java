package dev.eider.catalog;

import java.util.Optional;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * One table of a listing of the catalog, which is there even if it cannot be read. Immutable.
 *
 * @param identifier its name as the catalog spells it
 * @param state what its metadata says, if that can be read
 * @param problem why it cannot be read, in words for callers; empty if it can
 */
public record ListedTable(TableIdentifier identifier, Optional<TableState> state, String problem) {
    static ListedTable of(TableState state) {
        return new ListedTable(state.identifier(), Optional.of(state), "");
    }

    static ListedTable unreadable(TableIdentifier identifier, String problem) {
        return new ListedTable(identifier, Optional.empty(), problem);
    }
}
