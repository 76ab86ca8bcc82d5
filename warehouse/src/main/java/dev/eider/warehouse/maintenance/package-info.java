/**
 * Upkeep of tables that nobody waits for: finding and removing files that no table refers to.
 *
 * <p>Depends on the catalog and on storage; knows nothing of reads, writes and the engine.
 */
@NullMarked
package dev.eider.warehouse.maintenance;

import org.jspecify.annotations.NullMarked;
