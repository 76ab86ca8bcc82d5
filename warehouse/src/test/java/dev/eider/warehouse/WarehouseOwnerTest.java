package dev.eider.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.storage.S3Server;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import dev.eider.warehouse.storage.WarehouseMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Catalogs and warehouses that were moved apart are told from those that belong together. */
class WarehouseOwnerTest {
    @TempDir
    Path directory;

    private Path warehouse;
    private Path catalog;
    private StorageConfig local;

    @BeforeEach
    void paths() {
        warehouse = directory.resolve("warehouse");
        catalog = directory.resolve("catalog.db");
        local = new StorageConfig(warehouse.toString(), List.of());
    }

    private static void append(TestWarehouse test, String table, long first) {
        test.append(table, TestRows.numbered(test.allocator(), first, 10, 1));
    }

    private static void refused(ErrorCode code, String text, ThrowingCallable change) {
        assertThatExceptionOfType(EiderException.class)
                .isThrownBy(change)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .withMessageContaining(text);
    }

    private static StorageConfig adopting(StorageConfig config) {
        return new StorageConfig(config.warehouse(), config.allowedLocations(), config.s3(), config.cache(), true);
    }

    @Test
    void nothingIsWrittenIntoACatalogThatWasMovedAway() throws IOException {
        try (TestWarehouse test = new TestWarehouse(directory, local)) {
            append(test, "t", 0);
            Path moved = directory.resolve("moved.db");
            Files.move(catalog, moved);

            refused(ErrorCode.CATALOG_FAILED, "catalog.db was moved", () -> append(test, "t", 10));
            refused(
                    ErrorCode.CATALOG_FAILED,
                    "catalog.db was moved",
                    () -> test.execute("INSERT INTO t VALUES (1, 'a')"));
            refused(ErrorCode.CATALOG_FAILED, "catalog.db was moved", () -> test.execute("CREATE TABLE u (id INT)"));
            refused(ErrorCode.CATALOG_FAILED, "catalog.db was moved", () -> test.execute("DROP TABLE t"));
            assertThat(catalog).doesNotExist();

            Files.move(moved, catalog);
            append(test, "t", 10);
            assertThat(test.query("SELECT count(*) FROM t")).containsExactly("20");
        }
    }

    @Test
    void nothingIsWrittenIntoACatalogInWhosePlaceAnotherIs() throws IOException {
        try (TestWarehouse test = new TestWarehouse(directory, local)) {
            append(test, "t", 0);
            Files.move(catalog, directory.resolve("moved.db"));
            Files.createFile(catalog);

            refused(ErrorCode.CATALOG_FAILED, "catalog.db was moved", () -> append(test, "t", 10));
        }
    }

    @Test
    void nothingIsWrittenWhereTheWarehouseIsNotMounted() throws IOException {
        try (TestWarehouse test = new TestWarehouse(directory, local)) {
            append(test, "t", 0);
            Path unmounted = directory.resolve("unmounted");
            Files.move(warehouse, unmounted);

            refused(ErrorCode.STORAGE_FAILED, "Is its disk mounted?", () -> append(test, "t", 10));
            refused(ErrorCode.STORAGE_FAILED, "lost its mark", () -> append(test, "new", 10));
            refused(ErrorCode.STORAGE_FAILED, "lost its mark", () -> test.execute("CREATE TABLE u (id INT)"));
            assertThat(warehouse).doesNotExist();
            Files.createDirectories(warehouse);
            refused(ErrorCode.STORAGE_FAILED, "lost its mark", () -> append(test, "new", 10));
            assertThat(warehouse).isEmptyDirectory();

            Files.delete(warehouse);
            Files.move(unmounted, warehouse);
            append(test, "t", 10);
            assertThat(test.query("SELECT count(*) FROM t")).containsExactly("20");
        }
    }

    @Test
    void emptyCatalogIsNotBegunOverAnothersWarehouse() throws IOException {
        try (TestWarehouse test = new TestWarehouse(directory, local)) {
            append(test, "t", 0);
        }
        Path moved = directory.resolve("moved.db");
        Files.move(catalog, moved);

        refused(ErrorCode.INVALID_CONFIGURATION, "storage.adopt-warehouse", () -> open(local));
        assertThat(catalog).doesNotExist();

        try (TestWarehouse taken = new TestWarehouse(directory, adopting(local))) {
            assertThat(taken.warehouse().tables()).isEmpty();
            append(taken, "u", 0);
        }
        try (TestWarehouse again = new TestWarehouse(directory, local)) {
            append(again, "u", 0);
        }
        Files.delete(catalog);
        Files.move(moved, catalog);
        refused(ErrorCode.INVALID_CONFIGURATION, "belongs to another catalog", () -> open(local));
    }

    private void open(StorageConfig storage) {
        new TestWarehouse(directory, storage).close();
    }

    @Test
    void catalogThatWasReplacedWhileItRanWritesNoMore() throws IOException {
        Path other = Files.createDirectory(directory.resolve("other"));
        try (TestWarehouse first = new TestWarehouse(directory, local)) {
            append(first, "t", 0);
            refused(ErrorCode.INVALID_CONFIGURATION, "storage.adopt-warehouse", () -> new TestWarehouse(other, local)
                    .close());
            try (TestWarehouse second = new TestWarehouse(other, adopting(local))) {
                append(second, "t", 0);
                refused(ErrorCode.STORAGE_FAILED, "another catalog", () -> append(first, "t", 10));
                append(second, "t", 10);
            }
            assertThat(first.query("SELECT count(*) FROM t")).containsExactly("10");
        }
    }

    @Test
    void catalogDoesNotStartWithoutTheWarehouseThatItMarked() throws IOException {
        open(local);
        Files.move(warehouse, directory.resolve("unmounted"));

        refused(ErrorCode.INVALID_CONFIGURATION, "is its disk mounted?", () -> open(local));

        try (TestWarehouse again = new TestWarehouse(directory, adopting(local))) {
            append(again, "t", 0);
        }
        open(local);
    }

    @Test
    void warehouseWithoutAMarkThatNoCatalogHasMarkedGoesOnAndGetsOne() throws Exception {
        try (TestWarehouse test = new TestWarehouse(directory, local)) {
            append(test, "t", 0);
        }
        Files.delete(warehouse.resolve(WarehouseMark.NAME));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + catalog);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE eider_warehouses");
            statement.execute("DROP TABLE eider_identity");
        }

        try (TestWarehouse test = new TestWarehouse(directory, local)) {
            append(test, "t", 10);
            assertThat(test.query("SELECT count(*) FROM t")).containsExactly("20");
        }
        assertThat(warehouse.resolve(WarehouseMark.NAME)).isNotEmptyFile();
    }

    @Test
    void severalGatewaysShareOneCatalogAndItsWarehouse() {
        try (TestWarehouse one = new TestWarehouse(directory, local);
                TestWarehouse two = new TestWarehouse(directory, local)) {
            append(one, "t", 0);
            append(two, "t", 10);
            append(one, "t", 20);
            assertThat(two.query("SELECT count(*) FROM t")).containsExactly("30");
        }
    }

    @Test
    void bucketsAreMarkedToo() throws IOException {
        String bucket = "owner-" + UUID.randomUUID();
        S3Server.shared().createBucket(bucket);
        Path other = Files.createDirectory(directory.resolve("other"));
        try (TestWarehouse first = new TestWarehouse(directory, bucket(bucket, directory))) {
            append(first, "t", 0);
            refused(ErrorCode.INVALID_CONFIGURATION, "belongs to one", () -> new TestWarehouse(
                            other, bucket(bucket, other))
                    .close());
            append(first, "t", 10);
        }
        try (TestWarehouse again = new TestWarehouse(directory, bucket(bucket, directory))) {
            append(again, "t", 20);
            assertThat(again.query("SELECT count(*) FROM t")).containsExactly("30");
        }
    }

    private static StorageConfig bucket(String bucket, Path host) {
        return new StorageConfig(
                "s3://" + bucket + "/lake",
                List.of(),
                S3Server.shared().config(),
                new CacheConfig(host.resolve("cache"), 1L << 30));
    }

    @Test
    void tableWhoseMetadataIsGoneIsNamed() throws IOException {
        try (TestWarehouse test = new TestWarehouse(directory, local)) {
            append(test, "t", 0);
            append(test, "other", 0);
        }
        try (var files = Files.walk(warehouse)) {
            for (Path file : files.filter(path -> path.toString().contains("main/t-")
                            && path.toString().endsWith(".metadata.json"))
                    .toList()) {
                Files.delete(file);
            }
        }
        try (TestWarehouse test = new TestWarehouse(directory, local)) {
            String table = "Table main.t cannot be read: its metadata file";
            refused(ErrorCode.STORAGE_FAILED, table, () -> test.query("SELECT * FROM t"));
            refused(ErrorCode.STORAGE_FAILED, table, () -> append(test, "t", 10));
            refused(ErrorCode.STORAGE_FAILED, table, () -> test.query("SELECT * FROM other, t"));
        }
    }
}
