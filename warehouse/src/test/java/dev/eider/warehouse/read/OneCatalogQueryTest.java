package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.warehouse.CountedDriver;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A statement sees its tables at one moment, because one query of the catalog finds them all. */
class OneCatalogQueryTest {
    @TempDir
    private static Path directory;

    private static TestWarehouse test;

    @BeforeAll
    static void open() {
        test = new TestWarehouse(directory, CountedDriver.prefix());
        for (String table : List.of("a", "b", "c")) {
            test.execute("CREATE TABLE %s (id BIGINT, k VARCHAR)".formatted(table));
            test.execute("INSERT INTO %s VALUES (1, 'x'), (2, 'y')".formatted(table));
        }
    }

    @AfterAll
    static void everyBufferIsFreed() {
        test.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM a JOIN main.b USING (id), (SELECT max(id) FROM eider.main.c), a AS again",
                "SELECT (SELECT count(*) FROM \"a$snapshots\"), (SELECT count(*) FROM table_changes('b', 0)), id FROM c",
                "EXPLAIN SELECT * FROM a, b, c",
                "PIVOT (FROM a JOIN b USING (id) SELECT id, a.k) ON k IN (SELECT k FROM c) USING sum(id)",
                "WITH p AS (PIVOT a ON k USING sum(id)) FROM p, (PIVOT b ON k USING sum(id)), c",
            })
    void findsAllTablesOfAStatement(String sql) {
        // Where a name may be that of no table, all names are asked for again together, so as to be of one moment.
        int expected = sql.contains("$snapshots") ? 2 : 1;
        assertThat(lookups(() -> test.warehouse().prepare(sql))).hasSize(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT * FROM a, b, c", "PIVOT a ON k"})
    void findsAllTablesOfATicketAgain(String sql) {
        BoundQuery bound = ((SqlStatement.Query) test.warehouse().prepare(sql)).query();
        BoundQuery redeemed = test.warehouse().redeem(test.warehouse().ticket(bound));

        assertThat(lookups(() -> test.rows(bound))).isEmpty();
        assertThat(lookups(() -> test.rows(redeemed))).hasSize(1);
    }

    private static List<String> lookups(Runnable work) {
        return CountedDriver.during(work).stream()
                .filter(statement -> statement.contains("iceberg_tables"))
                .toList();
    }
}
