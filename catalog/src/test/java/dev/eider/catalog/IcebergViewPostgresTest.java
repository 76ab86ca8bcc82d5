package dev.eider.catalog;

@EnabledIfPostgres
class IcebergViewPostgresTest extends IcebergViewContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres();
    }
}
