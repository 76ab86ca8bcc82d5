package dev.eider.catalog;

@EnabledIfPostgres
class FaultMatrixPostgresTest extends FaultMatrixContract {
    @Override
    TestDatabase newDatabase() {
        return TestDatabase.postgres();
    }
}
