/**
 * What SQL sees of a table's metadata: its snapshots, files and so on, as tables of their own.
 *
 * <p>Below {@code warehouse.read}, which decides what a name means and at which snapshot it is read.
 */
@NullMarked
package dev.eider.warehouse.metadata;

import org.jspecify.annotations.NullMarked;
