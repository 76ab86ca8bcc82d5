package dev.eider.catalog;

import java.util.Map;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.view.ViewCatalogTests;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Iceberg's own tests of what every catalog of views must do, run against ours. */
abstract class IcebergViewContract extends ViewCatalogTests<TableCatalog> {
    private TableCatalog catalog;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        catalog = newDatabase()
                .openBare(Map.of(
                        "view-default.key1", "catalog-default-key1",
                        "view-default.key2", "catalog-default-key2",
                        "view-default.key3", "catalog-default-key3",
                        "view-override.key3", "catalog-override-key3",
                        "view-override.key4", "catalog-override-key4"));
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Override
    protected TableCatalog catalog() {
        return catalog;
    }

    @Override
    protected Catalog tableCatalog() {
        return catalog;
    }

    @Override
    protected boolean requiresNamespaceCreate() {
        return true;
    }

    @Override
    protected boolean supportsEmptyNamespace() {
        return true;
    }
}
