package dev.eider.catalog;

@EnabledIfPostgres
class CommitPostgresTest extends CommitContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres();
    }
}
