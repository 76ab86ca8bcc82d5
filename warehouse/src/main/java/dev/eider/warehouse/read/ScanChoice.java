package dev.eider.warehouse.read;

/**
 * How one pinned table is presented to DuckDB, and why: what {@code EXPLAIN} shows. Immutable.
 *
 * @param engine {@code PLANNED} or {@code ICEBERG_SCAN}
 * @param reason half a sentence, for people
 */
public record ScanChoice(ReadConfig.Engine engine, String reason) {}
