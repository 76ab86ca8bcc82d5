package dev.eider.gateway.flight;

import java.time.Duration;

/**
 * How many queries run and wait. Immutable.
 *
 * @param maxConcurrent how many run at once, the small ones among them
 * @param maxQueued how many more may wait
 * @param queueTimeout how long one waits for its turn
 * @param clientTimeout how long a client may take no rows
 * @param statementTimeout how long one may take from its turn to its last row; zero is no limit
 * @param maxResultRows how many rows one may answer with; zero is no limit
 * @param maxResultBytes how many Arrow bytes one may answer with; zero is no limit
 */
public record ReadLimits(
        int maxConcurrent,
        int maxQueued,
        Duration queueTimeout,
        Duration clientTimeout,
        Duration statementTimeout,
        long maxResultRows,
        long maxResultBytes) {
    private static final int PLACES_FOR_ONE_RESERVED = 8;

    /** Returns how many of the places are for small queries alone, so that long ones never take every place. */
    int reserved() {
        // Where nobody waits, nobody can be let in before others.
        return maxConcurrent < 2 || maxQueued == 0 ? 0 : Math.max(1, maxConcurrent / PLACES_FOR_ONE_RESERVED);
    }
}
