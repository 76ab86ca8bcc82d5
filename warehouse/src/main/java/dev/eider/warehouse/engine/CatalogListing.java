package dev.eider.warehouse.engine;

import java.util.List;

/**
 * What a statement such as {@code SHOW TABLES} wants listed, of the tables and namespaces that there are. Immutable.
 *
 * @param path of the namespace whose tables are meant, as many names as were given; empty for the default one
 */
public record CatalogListing(Kind kind, List<String> path) {

    /** Copies the path, so that nobody changes it later. */
    public CatalogListing {
        path = List.copyOf(path);
    }

    /** What can be listed. */
    public enum Kind {
        /** {@code SHOW TABLES}: names of one namespace. */
        TABLES,
        /** {@code SHOW ALL TABLES}: every table with its columns. */
        ALL_TABLES,
        /** {@code SHOW SCHEMAS}: the namespaces. */
        NAMESPACES,
        /** {@code SHOW DATABASES}: the catalogs. */
        CATALOGS
    }
}
