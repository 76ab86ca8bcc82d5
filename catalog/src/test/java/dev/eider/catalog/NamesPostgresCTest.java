package dev.eider.catalog;

import org.junit.jupiter.api.TestInstance;

/** Names in PostgreSQL under the locale C.utf8. */
@EnabledIfPostgres
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamesPostgresCTest extends NamesContract {
    private final String uri = PostgresServer.orSkip().newDatabase("C.utf8");

    @Override
    TestDatabase newDatabase() throws Exception {
        return TestDatabase.emptied(uri);
    }
}
