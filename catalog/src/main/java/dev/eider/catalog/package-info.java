/**
 * Which tables exist, and how a new snapshot becomes current.
 *
 * <p>Opens the catalog database and is the only place that changes a table's current pointer. Depends on Iceberg and a
 * JDBC driver; knows nothing of Arrow, DuckDB or any network.
 */
@NullMarked
package dev.eider.catalog;

import org.jspecify.annotations.NullMarked;
