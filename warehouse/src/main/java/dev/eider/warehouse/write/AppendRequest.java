package dev.eider.warehouse.write;

import org.apache.iceberg.catalog.TableIdentifier;

/** Which table a stream of rows goes to, and how. Immutable. */
public record AppendRequest(TableIdentifier table, WriteOptions options) {}
