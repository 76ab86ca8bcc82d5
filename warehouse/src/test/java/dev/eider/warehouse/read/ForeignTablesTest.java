package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.LocalFileIO;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.StorageConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.util.SnapshotUtil;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tables that Spark wrote, read as Spark itself read them when they were made: now, and at every snapshot, branch and
 * tag. {@code src/test/fixtures/spark} makes them.
 */
class ForeignTablesTest {
    /** {@code odd_names} is left out: nested fields whose names Spark escapes in its files are read as nulls. */
    private static final List<String> FIXTURES = List.of(
            "position_deletes",
            "partition_deletes",
            "deletion_vectors",
            "upgraded",
            "copy_on_write",
            "rewritten",
            "equality_deletes",
            "equality_deletes_by_partition",
            "equality_deletes_evolved",
            "equality_deletes_v3",
            "partition_evolution",
            "partition_evolution_v1",
            "partition_transforms",
            "imported",
            "schema_evolution",
            "nested_evolution",
            "defaults",
            "odd_names",
            "types",
            "branches");

    @TempDir
    private static Path directory;

    private static TestWarehouse test;
    private static TableCatalog catalog;

    @BeforeAll
    static void open() {
        test = new TestWarehouse(directory);
        catalog = test.catalog();
    }

    @AfterAll
    static void everyBufferIsFreed() {
        catalog.close();
        test.close();
    }

    static Stream<String> fixtures() {
        return FIXTURES.stream();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void areReadAsSparkReadThem(String name) throws Exception {
        JsonNode fixture = register(name);

        SoftAssertions softly = new SoftAssertions();
        for (JsonNode read : fixture.get("reads")) {
            softly.assertThatCode(() -> requireRight(name, read)).doesNotThrowAnyException();
        }
        softly.assertAll();
        assertThat(test.query("EXPLAIN ANALYZE SELECT * FROM " + name))
                .contains("eider_scan|main." + name)
                .noneMatch(row -> row.contains(directory.toString()));
    }

    private static void requireRight(String name, JsonNode read) throws IOException {
        String sql = sql(name, read);
        List<String> rows;
        try {
            rows = read(sql);
        } catch (EiderException e) {
            throw new AssertionError(sql, e);
        }
        assertThat(rows).as(sql).containsExactlyInAnyOrderElementsOf(rows(read));
    }

    /**
     * Iceberg's own reader vouches for the fixture: what moved is still what Spark wrote. It ignores name mappings, with
     * which it would give files without field ids wrongly.
     */
    private static void requireFaithful(String name, JsonNode fixture) throws IOException {
        Table table = catalog.loadTable(TestWarehouse.table(name));
        boolean mapped = table.properties().containsKey(TableProperties.DEFAULT_NAME_MAPPING);
        for (JsonNode read : fixture.get("reads")) {
            if (mapped
                    || !read.get("version").isNull()
                            && !read.get("version").asText().matches("\\d+")
                    || !read.get("sql").asText().equals("SELECT * FROM {t}")) {
                continue;
            }
            IcebergGenerics.ScanBuilder scan = IcebergGenerics.read(table);
            Schema schema = table.schema();
            if (!read.get("version").isNull()) {
                long snapshotId = read.get("version").asLong();
                scan = scan.useSnapshot(snapshotId);
                schema = SnapshotUtil.schemaFor(table, snapshotId);
            }
            List<String> rows = new ArrayList<>();
            try (CloseableIterable<Record> records = scan.build()) {
                for (Record row : records) {
                    rows.add(SparkText.of(row, schema));
                }
            }
            assertThat(rows).as("%s at %s", name, read.get("version")).containsExactlyInAnyOrderElementsOf(rows(read));
        }
    }

    private static JsonNode register(String name) throws IOException {
        JsonNode fixture;
        try (InputStream json = resource(name + ".json")) {
            fixture = SparkText.parse(json.readAllBytes());
        }
        Path unpacked = directory.resolve("warehouse").resolve("unpacked").resolve(name);
        try (InputStream archive = resource(name + ".zip.gz")) {
            MovedTable.unpack(archive, unpacked);
        }
        Path target = directory.resolve("warehouse").resolve("main").resolve(name);
        FileIO files = new LocalFileIO(AllowedLocations.of(
                new StorageConfig(directory.resolve("warehouse").toString(), List.of())));
        String metadata = new MovedTable(
                        files, unpacked, fixture.get("location").asText(), Locations.ofPath(target))
                .move(fixture.get("metadata").asText());
        catalog.registerTable(TestWarehouse.table(name), metadata);
        requireFaithful(name, fixture);
        return fixture;
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(ForeignTablesTest.class.getResourceAsStream("/spark/" + name), name);
    }

    private static String sql(String name, JsonNode read) {
        String version = read.get("version").isNull()
                ? ""
                : " AT (VERSION => " + read.get("version").asText() + ")";
        return read.get("sql").asText().replace("{t}", name + version);
    }

    private static List<String> rows(JsonNode read) {
        List<String> rows = new ArrayList<>();
        read.get("rows").forEach(row -> rows.add(SparkText.ofJson(row)));
        return rows;
    }

    private static List<String> read(String sql) throws IOException {
        List<String> rows = new ArrayList<>();
        BoundQuery query = ((SqlStatement.Query) test.warehouse().prepare(sql)).query();
        try (QueryRun run = test.warehouse().run(query, test.allocator())) {
            while (run.reader().loadNextBatch()) {
                rows.addAll(SparkText.of(run.reader().getVectorSchemaRoot()));
            }
        }
        return rows;
    }
}
