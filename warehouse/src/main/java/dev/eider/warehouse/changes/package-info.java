/**
 * What commits did to the rows of a table, told from the metadata of the newest of them.
 *
 * <p>Below {@code warehouse.read}, which decides what a name and a version mean.
 */
@NullMarked
package dev.eider.warehouse.changes;

import org.jspecify.annotations.NullMarked;
