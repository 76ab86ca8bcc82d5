package dev.eider.gateway.flight;

import java.time.Duration;

/**
 * How many queries run and wait. Immutable.
 *
 * @param maxConcurrent how many run at once
 * @param maxQueued how many more may wait
 * @param queueTimeout how long one waits for its turn
 * @param clientTimeout how long a client may take no rows
 */
public record ReadLimits(int maxConcurrent, int maxQueued, Duration queueTimeout, Duration clientTimeout) {}
