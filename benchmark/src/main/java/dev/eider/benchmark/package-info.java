/**
 * Side-by-side benchmarks: Eider against the limits it is made of, in one run, with equal answers proven.
 *
 * <p>May use everything; nothing may use it.
 */
@NullMarked
package dev.eider.benchmark;

import org.jspecify.annotations.NullMarked;
