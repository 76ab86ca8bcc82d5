/**
 * The demonstration: real flights loaded by several writers, questions about them, and the past asked again.
 *
 * <p>Speaks to a gateway like any other client does.
 */
@NullMarked
package dev.eider.cli.demo;

import org.jspecify.annotations.NullMarked;
