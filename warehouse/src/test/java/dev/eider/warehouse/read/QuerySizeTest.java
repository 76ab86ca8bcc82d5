package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.engine.Cancellation;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuerySizeTest {
    @TempDir
    static Path directory;

    private static TestWarehouse test;

    @BeforeAll
    static void open() {
        test = new TestWarehouse(directory);
        test.append("t", TestRows.numbered(test.allocator(), 0, 1_000, 1));
        test.append("t", TestRows.numbered(test.allocator(), 10_000, 1_000, 1));
    }

    @AfterAll
    static void close() {
        test.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 1",
                "SELECT * FROM t",
                "SELECT sum(a.id) FROM t a JOIN t b ON a.id = b.id",
                "SELECT count(*) FROM t a, t b, t c WHERE a.id < 5 AND b.id = 17 AND c.id = 30000",
                "SELECT * FROM (SELECT id, count(*) FROM t GROUP BY id) WHERE id > (SELECT avg(id) FROM t)",
                "SELECT (SELECT count(*) FROM t) + (SELECT max(id) FROM t) + (SELECT min(id) FROM t)",
                "SELECT count(*) FROM \"t$files\" a, \"t$files\" b, \"t$files\" c, t",
                "DESCRIBE t",
            })
    void isSmall(String sql) {
        assertThat(isSmallQuery(sql)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(*) FROM t a, t b, t c",
                "SELECT count(*) FROM t a JOIN t b ON a.id = b.id JOIN t c ON b.id % 1000 = c.id % 1000",
                "SELECT count(*) FROM range(10)",
                "SELECT unnest([1, 2]) FROM t",
                "WITH c AS (FROM t) SELECT count(*) FROM c a, c b, c d",
                "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 10) FROM r",
            })
    void mayBeLarge(String sql) {
        assertThat(isSmallQuery(sql)).isFalse();
    }

    private static boolean isSmallQuery(String sql) {
        return test.warehouse()
                .isSmall(((SqlStatement.Query) test.warehouse().prepare(sql)).query(), new Cancellation());
    }
}
