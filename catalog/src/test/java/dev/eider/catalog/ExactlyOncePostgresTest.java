package dev.eider.catalog;

@EnabledIfPostgres
class ExactlyOncePostgresTest extends ExactlyOnceContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres();
    }
}
