package dev.eider.catalog;

@EnabledIfPostgres
class UpkeepPostgresTest extends UpkeepContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres();
    }
}
