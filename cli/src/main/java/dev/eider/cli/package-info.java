/**
 * The {@code eider} command: its subcommands, their options and what they print.
 *
 * <p>A command parses its options, calls {@code cli.client} and renders with {@code cli.display}. Only {@code serve}, and the
 * demonstration, start a gateway, through {@code cli.local}.
 */
@NullMarked
package dev.eider.cli;

import org.jspecify.annotations.NullMarked;
