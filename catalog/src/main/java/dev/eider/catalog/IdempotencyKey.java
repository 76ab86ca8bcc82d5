package dev.eider.catalog;

/**
 * A caller's own name for an append, and what it must be about: the same name for other rows is a mistake.
 *
 * @param key unique in its table and branch
 * @param rows how many rows the append has
 * @param digest what the caller says about their content, empty if nothing
 * @param schema the columns that were sent, as text
 * @param receipt what to keep for whoever asks again, as text
 */
public record IdempotencyKey(String key, long rows, String digest, String schema, String receipt) {}
