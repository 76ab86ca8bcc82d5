package dev.eider.gateway.flight;

import java.time.Duration;

/**
 * Where Flight listens, and what one call may ask of it. Immutable.
 *
 * @param host address to bind
 * @param port port to bind, 0 for a free one
 * @param maxMessageBytes largest message that a client may send
 * @param idleTimeout how long a writing client may take to name its table and to send its first rows
 * @param reads limits of queries
 */
public record FlightConfig(String host, int port, int maxMessageBytes, Duration idleTimeout, ReadLimits reads) {}
