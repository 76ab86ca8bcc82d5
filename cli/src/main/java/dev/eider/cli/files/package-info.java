/**
 * Files on the client's side, read as streams of Arrow batches.
 *
 * <p>The only place of the command that uses DuckDB.
 */
@NullMarked
package dev.eider.cli.files;

import org.jspecify.annotations.NullMarked;
