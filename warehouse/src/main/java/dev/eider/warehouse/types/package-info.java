/**
 * The one table of types: Arrow, Iceberg and DuckDB side by side.
 *
 * <p>Decides how a column that arrives as Arrow is stored, and how a stored one is read. Depends on no other package of the
 * warehouse.
 */
@NullMarked
package dev.eider.warehouse.types;

import org.jspecify.annotations.NullMarked;
