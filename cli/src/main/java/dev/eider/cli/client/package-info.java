/**
 * The Flight client that every command uses: calls to a gateway, their retries, and the answers as records.
 *
 * <p>Depends on Arrow Flight and a JSON parser; knows nothing of terminals or files.
 */
@NullMarked
package dev.eider.cli.client;

import org.jspecify.annotations.NullMarked;
