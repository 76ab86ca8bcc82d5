package dev.eider.warehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.types.IcebergToArrow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One table that cannot be read keeps no other from being listed, and says why. */
class UnreadableTablesTest {
    private static final String GOOGLE = "gs://hidden-bucket/secret/1.metadata.json";
    private static final List<String> NAMES =
            List.of("foreign_store", "garbage", "good", "missing", "nanos", "outside");

    @TempDir
    Path directory;

    private TestWarehouse test;
    private Path outside;

    @BeforeEach
    void make() throws Exception {
        outside = Files.createDirectory(directory.resolve("hidden")).resolve("2.metadata.json");
        Path garbage = Files.createDirectory(directory.resolve("warehouse")).resolve("3.metadata.json");
        Files.writeString(garbage, "{\"format-version\": \"none\"");
        test = new TestWarehouse(
                directory, new StorageConfig(directory.resolve("warehouse").toString(), List.of()));
        test.append("good", TestRows.numbered(test.allocator(), 0, 10, 1));
        Path metadata = currentMetadata();
        Files.copy(metadata, outside);
        try (TableCatalog catalog = test.catalog()) {
            catalog.buildTable(
                            TestWarehouse.table("nanos"),
                            new Schema(
                                    NestedField.optional(1, "id", Types.LongType.get()),
                                    NestedField.optional(2, "at", Types.TimestampNanoType.withZone())))
                    .withProperty("format-version", "3")
                    .create();
        }
        point("foreign_store", GOOGLE);
        point("garbage", "file://" + garbage);
        point("missing", "file://" + directory.resolve("warehouse/4.metadata.json"));
        point("outside", "file://" + outside);
    }

    @AfterEach
    void close() {
        test.close();
    }

    private Path currentMetadata() throws Exception {
        try (var files = Files.walk(directory.resolve("warehouse"))) {
            return files.filter(path -> path.toString().endsWith(".metadata.json")
                            && path.toString().contains("good"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void point(String name, String location) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("catalog.db"));
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO iceberg_tables (catalog_name, table_namespace,"
                                + " table_name, metadata_location, iceberg_type) VALUES ('eider', 'main', ?, ?, 'TABLE')")) {
            insert.setString(1, name);
            insert.setString(2, location);
            insert.executeUpdate();
        }
    }

    @Test
    void isListedWithTheReasonAndWithoutWhereItIs() {
        Map<String, TableListing> tables = test.warehouse().tables().stream()
                .collect(Collectors.toMap(table -> table.table().name(), Function.identity()));

        assertThat(tables).containsOnlyKeys(NAMES);
        assertThat(tables.get("good").problem()).isEmpty();
        assertThat(tables.get("good").rows()).isEqualTo(10);
        assertThat(tables.get("outside").problem())
                .isEqualTo("Table main.outside cannot be read: A file or directory lies outside the allowed locations");
        assertThat(tables.get("foreign_store").problem()).contains("main.foreign_store cannot be read", "gs");
        assertThat(tables.get("garbage").problem())
                .startsWith("Table main.garbage cannot be read: its metadata file 3.metadata.json is not understood:"
                        + " it is no JSON at line 1, column ");
        assertThat(tables.get("missing").problem()).contains("its metadata file 4.metadata.json is missing");
        assertThat(tables.values())
                .allSatisfy(table -> assertThat(table.problem()).doesNotContain("hidden", "secret"));
        assertThat(tables.get("outside").schema().getCustomMetadata())
                .containsEntry(IcebergToArrow.UNREADABLE, tables.get("outside").problem());
    }

    @Test
    void columnThatCannotBeReadIsListedWithTheReason() {
        TableListing nanos = test.warehouse().tables().stream()
                .filter(table -> table.table().name().equals("nanos"))
                .findFirst()
                .orElseThrow();

        assertThat(nanos.problem()).isEmpty();
        assertThat(nanos.schema().getFields()).extracting("name").containsExactly("id", "at");
        assertThat(nanos.schema().findField("at").getMetadata())
                .containsEntry(IcebergToArrow.UNREADABLE, "Iceberg type timestamptz_ns is not supported");
        refused(ErrorCode.UNSUPPORTED, "Column \"at\" of table main.nanos cannot be read", "SELECT * FROM nanos");
    }

    @Test
    void showNamesAllTables() {
        assertThat(test.query("SHOW TABLES")).containsExactlyElementsOf(NAMES);
        assertThat(test.query("SELECT name FROM (SHOW ALL TABLES) ORDER BY name"))
                .containsExactlyElementsOf(NAMES);
    }

    @Test
    void readOfOneNamesItAndNotWhereItIs() {
        refused(ErrorCode.FORBIDDEN, "main.outside", "SELECT * FROM outside");
        refused(ErrorCode.UNSUPPORTED, "main.foreign_store", "SELECT * FROM good, foreign_store");
        refused(ErrorCode.STORAGE_FAILED, "main.missing", "SELECT * FROM missing");
        assertThat(test.query("SELECT count(*) FROM good")).containsExactly("10");
    }

    private void refused(ErrorCode code, String text, String sql) {
        assertThatExceptionOfType(EiderException.class)
                .isThrownBy(() -> test.query(sql))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code))
                .withMessageContaining(text)
                .satisfies(e -> assertThat(e.text()).doesNotContain("hidden", "secret"));
    }

    @Test
    void snapshotWithoutASummaryIsListed() throws Exception {
        Path metadata = currentMetadata();
        Path without = directory.resolve("warehouse/5.metadata.json");
        Files.writeString(without, Files.readString(metadata).replaceAll("\"summary\":\\{[^}]*\\},?", ""));
        point("silent", "file://" + without);

        assertThat(test.warehouse().tables())
                .filteredOn(table -> table.table().name().equals("silent"))
                .singleElement()
                .satisfies(table -> assertThat(table.problem()).isEmpty())
                .satisfies(table -> assertThat(table.rows()).isEqualTo(-1));
    }
}
