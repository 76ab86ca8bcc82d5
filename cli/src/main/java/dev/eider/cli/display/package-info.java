/**
 * Arrow rows as text: tables for people, CSV and JSON for programs, and the line that shows progress.
 *
 * <p>Depends on Arrow's vectors and a JSON writer; knows nothing of the network.
 */
@NullMarked
package dev.eider.cli.display;

import org.jspecify.annotations.NullMarked;
