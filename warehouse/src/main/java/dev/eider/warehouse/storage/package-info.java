/**
 * Files: durable writes, and the locations that may be touched at all.
 *
 * <p>Everything that Eider reads, writes or deletes passes through here, whoever named the path.
 */
@NullMarked
package dev.eider.warehouse.storage;

import org.jspecify.annotations.NullMarked;
