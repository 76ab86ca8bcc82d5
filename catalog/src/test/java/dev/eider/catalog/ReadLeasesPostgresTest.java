package dev.eider.catalog;

@EnabledIfPostgres
class ReadLeasesPostgresTest extends ReadLeasesContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres();
    }
}
