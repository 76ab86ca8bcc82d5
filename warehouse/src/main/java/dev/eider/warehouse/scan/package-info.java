/**
 * Which files of a pinned snapshot a scan has to read, and the SQL that reads exactly their rows.
 *
 * <p>Below {@code warehouse.read}, and knows nothing of callers' statements: filters come as Iceberg expressions.
 */
@NullMarked
package dev.eider.warehouse.scan;

import org.jspecify.annotations.NullMarked;
