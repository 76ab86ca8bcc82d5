package dev.eider.warehouse.write;

/** What an append may do about a table that is missing, or there already. */
public enum WriteMode {
    /** The table must exist. */
    APPEND,
    /** The table must not exist; it appears together with its first rows, or not at all. */
    CREATE,
    /** Appends, and creates a missing table from the Arrow schema. */
    CREATE_APPEND
}
