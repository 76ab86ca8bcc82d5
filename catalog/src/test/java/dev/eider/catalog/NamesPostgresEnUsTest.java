package dev.eider.catalog;

import org.junit.jupiter.api.TestInstance;

/** Names in PostgreSQL under the locale en_US.utf8. */
@EnabledIfPostgres
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamesPostgresEnUsTest extends NamesContract {
    private final String uri = PostgresServer.orSkip().newDatabase("en_US.utf8");

    @Override
    TestDatabase newDatabase() throws Exception {
        return TestDatabase.emptied(uri);
    }
}
