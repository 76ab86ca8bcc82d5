package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.catalog.CatalogTests;
import org.apache.iceberg.exceptions.NotFoundException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Iceberg's own tests of what every catalog must do, run against ours. */
abstract class IcebergCatalogContract extends CatalogTests<TableCatalog> {
    private final List<TableCatalog> opened = new ArrayList<>();
    private TestDatabase database;
    private TableCatalog catalog;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = newDatabase();
        catalog = initCatalog(CatalogConfig.DEFAULT_NAME, Map.of());
    }

    @AfterEach
    void close() {
        opened.forEach(TableCatalog::close);
    }

    @Override
    protected TableCatalog catalog() {
        return catalog;
    }

    @Override
    protected TableCatalog initCatalog(String name, Map<String, String> additional) {
        Map<String, String> properties = new HashMap<>(Map.of(
                "table-default.default-key1", "catalog-default-key1",
                "table-default.default-key2", "catalog-default-key2",
                "table-default.override-key3", "catalog-default-key3",
                "table-override.override-key3", "catalog-override-key3",
                "table-override.override-key4", "catalog-override-key4"));
        properties.putAll(additional);
        TableCatalog another = database.openBare(properties);
        opened.add(another);
        return another;
    }

    /** Deviation: a catalog remembers metadata that it has parsed, so only another one misses the file. */
    @Override
    @Test
    public void testLoadTableWithMissingMetadataFile(@TempDir Path unused) {
        catalog.createNamespace(NS);
        catalog.buildTable(TABLE, SCHEMA).create();
        String location = catalog.findExactly(TABLE).orElseThrow().metadata().metadataFileLocation();
        database.files().deleteFile(location);

        TableCatalog another = database.open();
        opened.add(another);

        assertThatThrownBy(() -> another.loadTable(TABLE))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining(location);
    }

    @Override
    protected boolean requiresNamespaceCreate() {
        return true;
    }

    @Override
    protected boolean supportsNestedNamespaces() {
        return true;
    }

    @Override
    protected boolean supportsEmptyNamespace() {
        return true;
    }

    @Override
    protected boolean supportsNamesWithDot() {
        // The JDBC catalog's tables store the levels of a namespace with dots between them.
        return false;
    }
}
