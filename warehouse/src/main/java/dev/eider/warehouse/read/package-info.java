/**
 * SQL bound to pinned snapshots, and the scans that present them to the engine.
 *
 * <p>Never sees {@code warehouse.write}.
 */
@NullMarked
package dev.eider.warehouse.read;

import org.jspecify.annotations.NullMarked;
