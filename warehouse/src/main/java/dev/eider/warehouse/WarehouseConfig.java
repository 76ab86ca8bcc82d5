package dev.eider.warehouse;

import dev.eider.catalog.CatalogConfig;
import dev.eider.warehouse.engine.EngineConfig;
import dev.eider.warehouse.read.ReadConfig;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.write.WriteConfig;

/** Everything a warehouse can be told, by the package that uses it. Immutable. */
public record WarehouseConfig(
        CatalogConfig catalog, StorageConfig storage, EngineConfig engine, WriteConfig write, ReadConfig read) {}
