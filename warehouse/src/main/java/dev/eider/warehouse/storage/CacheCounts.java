package dev.eider.warehouse.storage;

/**
 * What a cache of data files did since it was opened. Immutable.
 *
 * @param hits files that were there when a query asked for them
 * @param hitBytes their length
 * @param misses files that had to be fetched
 * @param missBytes their length
 * @param evictions files that made room for others
 * @param files how many are there now
 * @param bytes their length
 */
public record CacheCounts(
        long hits, long hitBytes, long misses, long missBytes, long evictions, long files, long bytes) {}
