package dev.eider.catalog;

@EnabledIfPostgres
class IcebergCatalogPostgresTest extends IcebergCatalogContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres();
    }
}
