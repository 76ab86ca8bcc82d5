package dev.eider.catalog;

import org.junit.jupiter.api.TestInstance;

@EnabledIfPostgres
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryCallPostgresTest extends EveryCallContract {
    private final String uri = PostgresServer.orSkip().newDatabase();

    @Override
    TestDatabase newDatabase() throws Exception {
        return TestDatabase.emptied(uri);
    }
}
