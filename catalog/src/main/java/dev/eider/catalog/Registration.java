package dev.eider.catalog;

import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A table or view that the catalog database knows, under whatever catalog name. Immutable.
 *
 * @param catalogName the catalog name of its row
 * @param name its name there
 * @param metadataLocation its current metadata file
 */
public record Registration(String catalogName, TableIdentifier name, String metadataLocation) {}
