package dev.eider.warehouse.scan;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.LocalFileIO;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.StorageConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/** The catalog of a {@code TestWarehouse}, as another program has it, but quicker: nothing is synced. */
final class UnsyncedCatalog {
    private UnsyncedCatalog() {}

    static TableCatalog open(Path directory) {
        String warehouse = directory.resolve("warehouse").toString();
        AllowedLocations allowed = AllowedLocations.of(new StorageConfig(warehouse, List.of()));
        return TableCatalog.open(
                new CatalogConfig(
                        "jdbc:sqlite:" + directory.resolve("catalog.db"),
                        CatalogConfig.DEFAULT_NAME,
                        Locations.normalized(warehouse)),
                properties -> new LocalFileIO(allowed, FileSync.NONE),
                Clock.systemUTC());
    }
}
