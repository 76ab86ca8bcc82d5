package dev.eider.warehouse.engine;

/** What a statement that begins with EXPLAIN asks for. */
public enum ExplainMode {
    /** How the query would be run; it is not. */
    PLAN,
    /** How it was run, and how long that took; its rows are dropped. */
    ANALYZE
}
