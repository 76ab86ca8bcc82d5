/**
 * Rows in, durable data files and a committed snapshot out.
 *
 * <p>Never sees {@code warehouse.read}: a statement that reads and writes is put together in {@code warehouse.statement}.
 */
@NullMarked
package dev.eider.warehouse.write;

import org.jspecify.annotations.NullMarked;
