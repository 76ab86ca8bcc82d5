package dev.eider.warehouse.maintenance;

import dev.eider.catalog.TableState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.catalog.TableIdentifier;

/** What the catalog knows of the files under a table's locations. Asked anew each time; implementations are thread-safe. */
public interface TableOwnership {
    /** Loads a table as it is now. */
    TableState load(TableIdentifier table);

    /**
     * Returns since when writes of the table are running whose files no metadata refers to yet, on any gateway. Whatever a
     * running write has written is younger. Asked before the table is loaded for good.
     */
    Optional<Instant> writesSince(TableState table);

    /**
     * Returns the locations of files that no metadata refers to any more but that have to stay for now: their grace
     * period runs, or a lease holds them.
     */
    Set<String> retained(TableState table);

    /**
     * Returns where all other tables of the catalog database keep files, whatever catalog name they are under: {@link
     * OrphanFiles#locations} of each, or at least the table's location.
     */
    List<String> otherTableLocations(TableState table);
}
