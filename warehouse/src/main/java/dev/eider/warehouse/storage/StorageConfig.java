package dev.eider.warehouse.storage;

import java.util.List;

/**
 * Where files may be. Immutable.
 *
 * @param warehouse the root of new tables: a path or a {@code file:///} URI
 * @param allowedLocations further prefixes that tables may lie under; the warehouse always is one
 */
public record StorageConfig(String warehouse, List<String> allowedLocations) {

    /** Copies the list, so that nobody changes it later. */
    public StorageConfig {
        allowedLocations = List.copyOf(allowedLocations);
    }
}
