package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.Faults.Kind;
import dev.eider.catalog.Faults.Point;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.Table;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Why the catalog commits by itself: the upstream {@code JdbcCatalog} loses another writer's update when the reply to its
 * own is lost.
 *
 * <p>Its swap is applied, but the reply to it is not heard. Meanwhile another writer commits on top. The connection pool
 * runs the swap again, which finds the pointer moved, so the commit is taken for refused and made again: upstream finds
 * its own snapshot in the table, takes the commit for a rollback to it, and so takes the other writer's snapshot out of
 * the branch. Both writers were told that they are in. The same script does no harm to ours.
 */
class StockCatalogLosesUpdatesTest {
    @TempDir
    Path directory;

    @Test
    void stockRollsBackTheOtherWriterAndOursDoesNot() throws Exception {
        compare(
                TestDatabase.sqlite(directory.resolve("stock")),
                TestDatabase.sqlite(directory.resolve("ours")),
                Kind.REPLY_LOST);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"REPLY_LOST", "COMMITTED_BUT_40001"})
    @EnabledIfPostgres
    void stockRollsBackTheOtherWriterAndOursDoesNotOnPostgres(Kind kind) throws Exception {
        compare(TestDatabase.postgres(), TestDatabase.postgres(), kind);
    }

    private static void compare(TestDatabase stock, TestDatabase ours, Kind kind) throws Exception {
        assertThat(stockAfter(stock, kind)).containsExactly("doubtful");
        assertThat(oursAfter(ours, kind)).containsExactlyInAnyOrder("doubtful", "between");
    }

    private static List<String> stockAfter(TestDatabase database, Kind kind) throws Exception {
        try (TableCatalog setup = database.open()) {
            TestCatalog.create(setup, "orders");
        }
        try (Faults faults = FaultyDriver.script("stock-" + UUID.randomUUID());
                JdbcCatalog faulty = database.stock(faults);
                JdbcCatalog healthy = database.stock()) {
            faults.arm(Point.AFTER_SWAP, kind, 1).onFire(() -> append(healthy, "between"));

            append(faulty, "doubtful");

            assertThat(faults.fired()).isEqualTo(1);
        }
        return TableAudit.of(database, TestCatalog.table("orders")).files();
    }

    private static void append(JdbcCatalog catalog, String file) {
        Table table = catalog.loadTable(TestCatalog.table("orders"));
        table.newAppend().appendFile(TestCatalog.file(file, 1)).commit();
    }

    private static List<String> oursAfter(TestDatabase database, Kind kind) throws Exception {
        try (TableCatalog healthy = database.open();
                JdbcCatalog other = database.stock();
                Faults faults = FaultyDriver.script("ours-" + UUID.randomUUID());
                TableCatalog faulty = database.open(faults, TestDatabase.PATIENCE)) {
            TableState table = TestCatalog.create(healthy, "orders");
            faults.arm(Point.AFTER_SWAP, kind, 1).onFire(() -> append(other, "between"));

            TestDatabase.append(faulty, table, "doubtful").orThrow();

            assertThat(faults.fired()).isEqualTo(1);
        }
        return TableAudit.of(database, TestCatalog.table("orders")).files();
    }
}
