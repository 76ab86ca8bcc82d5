/**
 * A gateway inside this process, for the commands that start one.
 *
 * <p>The only place of the command that sees the gateway's classes; everything else speaks to it over the wire.
 */
@NullMarked
package dev.eider.cli.local;

import org.jspecify.annotations.NullMarked;
