package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultyDriverSqliteTest extends FaultyDriverContract {
    @TempDir
    Path directory;

    @Override
    String newDatabase() {
        return "jdbc:sqlite:" + directory.resolve("catalog.db") + "?journal_mode=WAL&busy_timeout=5000";
    }

    @Override
    void assertBusy(SQLException refusal) {
        assertThat(refusal.getErrorCode()).isEqualTo(5);
        assertThat(refusal.getMessage()).startsWith("[SQLITE_BUSY]");
    }

    @Test
    void knowsTheSwapOfTheStockCatalog() throws Exception {
        try (Faults faults = FaultyDriver.script("stock");
                JdbcCatalog stock = new JdbcCatalog(properties -> new InMemoryFileIO(), null, true)) {
            stock.initialize(
                    "stock",
                    Map.of(
                            "uri",
                            faults.uri("jdbc:sqlite:" + directory.resolve("stock.db")),
                            "warehouse",
                            "/warehouse",
                            "jdbc.schema-version",
                            "V1"));
            stock.createNamespace(Namespace.of("sales"));
            Table table = stock.createTable(TableIdentifier.of("sales", "orders"), TestCatalog.SCHEMA);
            faults.arm(Faults.Point.AFTER_SWAP, Faults.Kind.BUSY, 1);

            assertThatThrownBy(
                            () -> table.updateProperties().set("colour", "blue").commit())
                    .hasRootCauseInstanceOf(SQLException.class);

            assertThat(faults.fired(Faults.Point.AFTER_SWAP, Faults.Kind.BUSY)).isEqualTo(1);
        }
    }
}
