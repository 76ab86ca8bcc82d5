package dev.eider.warehouse;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.CatalogIdentity;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.WarehouseMark;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that a catalog and a warehouse belong together before anything is written: each knows the other, the
 * warehouse by its {@link WarehouseMark}, the catalog by its {@link CatalogIdentity}. Stateless.
 */
final class WarehouseOwner {
    private static final Logger LOG = LoggerFactory.getLogger(WarehouseOwner.class);

    private WarehouseOwner() {}

    /** Refuses to begin an empty catalog over a warehouse that belongs to another one, before its database is made. */
    static void requireCatalog(CatalogConfig config, Storage storage, boolean adopt) {
        if (!adopt && TableCatalog.isMissing(config) && storage.mark().read().isPresent()) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "The catalog %s does not exist, but the warehouse %s belongs to one: was it moved? %s"
                            .formatted(shown(config), storage.mark().warehouse(), advice()));
        }
    }

    /** Marks a warehouse that has no mark yet, and refuses one that is another catalog's. */
    static void bind(TableCatalog catalog, CatalogConfig config, Storage storage, boolean adopt) {
        CatalogIdentity identity = catalog.identity();
        WarehouseMark mark = storage.mark();
        String id = identity.id();
        Optional<String> found = mark.read();
        if (!adopt && found.isEmpty() && identity.knows(mark.warehouse())) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "The warehouse %s has lost its mark, the file %s: is its disk mounted? Once it is the right one,"
                                    .formatted(mark.warehouse(), WarehouseMark.NAME)
                            + " storage.adopt-warehouse=true marks it again");
        }
        if (!adopt && found.isPresent() && !found.get().equals(id)) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "The warehouse %s belongs to another catalog than %s. %s"
                            .formatted(mark.warehouse(), shown(config), advice()));
        }
        if (!found.equals(Optional.of(id))) {
            try {
                mark.write(id);
            } catch (EiderException e) {
                LOG.warn(
                        "The warehouse is not marked: it cannot be told from another one, location={}",
                        mark.warehouse(),
                        e);
                return;
            }
        }
        identity.remember(mark.warehouse());
        mark.require(id);
    }

    private static String shown(CatalogConfig config) {
        return config.uri().replaceFirst("\\?.*", "");
    }

    private static String advice() {
        return "Start with the catalog that it belongs to (catalog.uri), or with storage.adopt-warehouse=true to begin"
                + " with this one: files of the other's tables stay where they are";
    }
}
