/**
 * The soak and fault harness: gateways in processes of their own under load and under faults, and a checker that proves
 * from what the clients logged that every acknowledged row is there exactly once.
 *
 * <p>{@code Soak} is the program; {@code docs/invariants.md} says what it checks. May use everything but the gateway's
 * classes: it speaks to gateways over the wire. Nothing may use it.
 */
@NullMarked
package dev.eider.benchmark.soak;

import org.jspecify.annotations.NullMarked;
