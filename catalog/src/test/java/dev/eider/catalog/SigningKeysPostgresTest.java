package dev.eider.catalog;

@EnabledIfPostgres
class SigningKeysPostgresTest extends SigningKeysContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres();
    }
}
