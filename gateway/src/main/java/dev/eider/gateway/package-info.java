/**
 * A warehouse behind network protocols: configuration, start and stop.
 *
 * <p>The composition root: may depend on every package below it and on the warehouse; nothing but the command line depends
 * on it.
 */
@NullMarked
package dev.eider.gateway;

import org.jspecify.annotations.NullMarked;
