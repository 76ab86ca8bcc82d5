package dev.eider.warehouse.read;

/**
 * How tables are read. Immutable.
 *
 * @param engine how a pinned table becomes a relation
 * @param batchRows rows of one Arrow batch of a result
 */
public record ReadConfig(Engine engine, int batchRows) {

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
