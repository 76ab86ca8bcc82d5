package dev.eider.warehouse.read;

import java.time.Duration;

/**
 * How tables are read. Immutable.
 *
 * @param engine how a pinned table becomes a relation
 * @param batchRows rows of one Arrow batch of a result
 * @param manifestCacheBytes how much decoded metadata of tables is kept in memory
 * @param ticketLifetime how long a ticket can be used; shorter than files stay that no snapshot refers to any more
 */
public record ReadConfig(Engine engine, int batchRows, long manifestCacheBytes, Duration ticketLifetime) {
    /** How long a ticket can be used unless told otherwise. */
    public static final Duration TICKET_LIFETIME = Duration.ofMinutes(15);

    /** The ways to present a pinned table to DuckDB. */
    public enum Engine {
        /** The best that this host has. */
        AUTO,
        /** Files listed from Iceberg metadata, read by {@code read_parquet}. */
        PLANNED,
        /** DuckDB's iceberg extension. */
        ICEBERG_SCAN
    }
}
