package dev.eider.catalog;

import java.time.Duration;
import java.util.Optional;

/**
 * Which catalog to open, and how. Immutable.
 *
 * @param uri JDBC URI of the catalog database, {@code jdbc:sqlite:/path/catalog.db} or {@code
 *     jdbc:postgresql://host/database}
 * @param name the name under which its rows are stored: other Iceberg clients must use the same one
 * @param warehouse location under which new tables are made, without a trailing slash
 * @param user who opens a database server; absent for SQLite, or if the URI says it
 * @param password the password for it
 * @param upkeep what the catalog does on its own
 */
public record CatalogConfig(
        String uri,
        String name,
        String warehouse,
        Optional<String> user,
        Optional<String> password,
        Durability durability,
        UpkeepConfig upkeep) {

    /** The catalog name that Eider uses unless told otherwise. */
    public static final String DEFAULT_NAME = "eider";

    /** Describes a catalog with the defaults for everything else. */
    public CatalogConfig(String uri, String name, String warehouse) {
        this(uri, name, warehouse, Optional.empty(), Optional.empty(), Durability.FULL, UpkeepConfig.DEFAULT);
    }

    /** How much of a commit outlasts what. */
    public enum Durability {
        /** An acknowledged commit survives a power loss. */
        FULL,
        /** An acknowledged commit survives the end of the process, but a power loss can take it, and the table with it. */
        FAST
    }

    /**
     * What the catalog does on its own, to keep commits cheap.
     *
     * @param history which snapshots stay
     * @param metadataGrace how long a replaced metadata file stays, for those who were just given its name
     * @param filesGrace how long files stay that no snapshot refers to any more, for reads that still do; longer than
     *     tickets live
     * @param ledgerRetention how long idempotency keys are remembered, and commits whose snapshots are gone
     * @param sweepEvery how often due files are looked for
     * @param removeDropped whether the files of dropped tables go after the grace period of files
     */
    public record UpkeepConfig(
            HistoryPolicy history,
            Duration metadataGrace,
            Duration filesGrace,
            Duration ledgerRetention,
            Duration sweepEvery,
            boolean removeDropped) {
        /** What applies unless told otherwise. */
        public static final UpkeepConfig DEFAULT = new UpkeepConfig(
                HistoryPolicy.DEFAULT,
                Duration.ofSeconds(60),
                Duration.ofHours(1),
                Duration.ofDays(7),
                Duration.ofSeconds(15));

        /** Removes the files of dropped tables. */
        public UpkeepConfig(
                HistoryPolicy history,
                Duration metadataGrace,
                Duration filesGrace,
                Duration ledgerRetention,
                Duration sweepEvery) {
            this(history, metadataGrace, filesGrace, ledgerRetention, sweepEvery, true);
        }
    }

    /** Returns a copy for another place of new tables. */
    public CatalogConfig withWarehouse(String location) {
        return new CatalogConfig(uri, name, location, user, password, durability, upkeep);
    }

    /** Returns the URI without what may be secret in it. */
    String shownUri() {
        return uri.replaceFirst("\\?.*", "");
    }

    @Override
    public String toString() {
        return "CatalogConfig[%s, %s, %s]".formatted(shownUri(), name, warehouse);
    }
}
