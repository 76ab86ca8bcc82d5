package dev.eider.warehouse;

import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.maintenance.OrphanFiles;
import dev.eider.warehouse.maintenance.TableOwnership;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.catalog.TableIdentifier;

/** Tells from the catalog whose files are whose. Thread-safe. */
record CatalogOwnership(TableCatalog catalog) implements TableOwnership {
    @Override
    public TableState load(TableIdentifier table) {
        return catalog.load(table);
    }

    @Override
    public Set<String> retained(TableState table) {
        return Set.of();
    }

    @Override
    public List<String> otherTableLocations(TableState table) {
        return catalog.loadAll().stream()
                .filter(other -> !other.identifier().equals(table.identifier()))
                .flatMap(other -> OrphanFiles.locations(other.metadata()).stream())
                .toList();
    }
}
