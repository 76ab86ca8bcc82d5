/**
 * The one DuckDB instance: its limits, its sandbox and its parser.
 *
 * <p>The only place where DuckDB's classes are used, and where its errors are translated.
 */
@NullMarked
package dev.eider.warehouse.engine;

import org.jspecify.annotations.NullMarked;
