/**
 * Arrow Flight and Flight SQL: decode a call, hand it to the warehouse, encode the answer.
 *
 * <p>The only place that uses the server classes of {@code org.apache.arrow.flight}. May depend on the warehouse and on
 * {@code gateway.auth}; knows nothing of HTTP.
 */
@NullMarked
package dev.eider.gateway.flight;

import org.jspecify.annotations.NullMarked;
