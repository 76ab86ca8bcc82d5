/**
 * The warehouse as a library: open one, append Arrow to its tables, run SQL over them.
 *
 * <p>Opens no port. May depend on every package below it and on the catalog.
 */
@NullMarked
package dev.eider.warehouse;

import org.jspecify.annotations.NullMarked;
