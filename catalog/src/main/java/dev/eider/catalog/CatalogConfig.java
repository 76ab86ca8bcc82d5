package dev.eider.catalog;

/**
 * Which catalog to open. Immutable.
 *
 * @param uri JDBC URI of the catalog database, {@code jdbc:sqlite:/path/catalog.db}
 * @param name the name under which its rows are stored: other Iceberg clients must use the same one
 * @param warehouse location under which new tables are made, without a trailing slash
 */
public record CatalogConfig(String uri, String name, String warehouse) {

    /** The catalog name that Eider uses unless told otherwise. */
    public static final String DEFAULT_NAME = "eider";
}
