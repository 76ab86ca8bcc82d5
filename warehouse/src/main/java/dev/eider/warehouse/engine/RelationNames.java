package dev.eider.warehouse.engine;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The relations of a connection that take the places of what a query names. Immutable.
 *
 * @param tables the name of a relation for each reference, unquoted
 * @param listings the name of a relation for each listing, unquoted
 * @param counts for references whose relation stands for totals of a table, the column that holds the number of its rows
 */
public record RelationNames(
        Map<TableReference, String> tables, Map<CatalogListing, String> listings, Map<TableReference, String> counts) {
    /** Copies the maps, so that nobody changes them later. */
    public RelationNames {
        tables = Map.copyOf(tables);
        listings = Map.copyOf(listings);
        counts = Map.copyOf(counts);
    }

    /** Returns every name. */
    Set<String> all() {
        Set<String> names = new HashSet<>(tables.values());
        names.addAll(listings.values());
        return names;
    }
}
