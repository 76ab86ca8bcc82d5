package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.types.StoredText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parquet files that no writer of Iceberg wrote, in the table's own directory, are read as Iceberg's reader reads them. */
class FilesWithoutIdsTest {
    private static final Schema SCHEMA = new Schema(
            NestedField.optional(1, "id", Types.LongType.get()),
            NestedField.optional(2, "name", Types.StringType.get()),
            NestedField.optional(3, "day", Types.DateType.get()));

    @TempDir
    Path directory;

    private TestWarehouse test;
    private TableCatalog catalog;
    private int files;

    @BeforeEach
    void open() {
        test = new TestWarehouse(directory);
        catalog = test.catalog();
    }

    @AfterEach
    void close() {
        catalog.close();
        test.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "1::BIGINT AS id, 'a' AS name, DATE '2020-01-01' AS day # 1 | a | 18262",
                "7 AS x, 'b' AS y # 7 | b | null",
                "8::BIGINT AS name, 'c' AS id, NULL::DATE AS z, 5 AS more, [1] AS nested # 8 | c | null",
            })
    void columnsAreFoundByTheirPlaces(String columns, String row) throws Exception {
        Table table = create(PartitionSpec.unpartitioned());
        add(table, "part-", columns, "");

        assertThat(compare(table)).containsExactly(row);
    }

    @Test
    void columnsStayWhereTheyAreWhenTheTableChanges() throws Exception {
        Table table = create(PartitionSpec.unpartitioned());
        add(table, "part-", "1 AS a, 'x' AS b, DATE '2020-01-01' AS c, 2.5::DOUBLE AS d", "");
        table.updateSchema()
                .renameColumn("id", "number")
                .deleteColumn("name")
                .addColumn("late", Types.DoubleType.get())
                .addColumn("later", Types.IntegerType.get())
                .commit();
        test.execute("INSERT INTO t SELECT 3, DATE '2021-01-01', 1.5, 4");

        List<String> rows = compare(table);

        assertThat(rows).hasSize(2).anyMatch(row -> row.contains("2.5"));
        assertThat(test.query("SELECT number FROM t WHERE late > 2")).containsExactly("1");
    }

    @Test
    void partitionsGiveTheirColumnsValues() throws Exception {
        Schema schema = new Schema(
                NestedField.optional(1, "p", Types.IntegerType.get()),
                NestedField.optional(2, "v", Types.IntegerType.get()));
        Table table = catalog.buildTable(TestWarehouse.table("t"), schema)
                .withPartitionSpec(
                        PartitionSpec.builderFor(schema).identity("p").build())
                .create();
        add(table, "part-", "70 AS q, 80 AS w", "p=3");

        assertThat(compare(table)).containsExactly("3 | 80");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "'text' AS id # id",
                "1 AS id, 2 AS name # name",
                "1 AS id, ['x'] AS names # names",
                "1 AS id, 'x' AS name, TIMESTAMP '2020-01-01' AS day # day",
            })
    void refusesColumnsOfOtherTypes(String columns, String column) throws Exception {
        Table table = create(PartitionSpec.unpartitioned());
        add(table, "part-", columns, "");

        assertThatThrownBy(() -> test.query("SELECT * FROM t"))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED))
                .hasMessageContaining("its column " + column + " does not fit")
                .hasMessageContaining("schema.name-mapping.default");
    }

    @Test
    void aNameMappingComesFirst() throws Exception {
        Table table = create(PartitionSpec.unpartitioned());
        add(table, "part-", "'a' AS name, 1::BIGINT AS id", "");
        table.updateProperties()
                .set(
                        "schema.name-mapping.default",
                        "[{\"field-id\": 1, \"names\": [\"id\"]}, {\"field-id\": 2, \"names\": [\"name\"]}]")
                .commit();

        // Iceberg's generic reader goes by places all the same; its readers for engines do not.
        assertThat(test.query("SELECT id, name FROM t")).containsExactly("1|a");
    }

    private Table create(PartitionSpec spec) {
        return catalog.buildTable(TestWarehouse.table("t"), SCHEMA)
                .withPartitionSpec(spec)
                .create();
    }

    private void add(Table table, String prefix, String columns, String partition) throws SQLException, IOException {
        Path data = Files.createDirectories(Locations.path(table.location()).resolve("data"));
        Path file = data.resolve(prefix + files++ + ".parquet");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT %s) TO '%s' (FORMAT parquet)".formatted(columns, file));
        }
        DataFiles.Builder builder = DataFiles.builder(table.spec())
                .withPath(Locations.ofPath(file))
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(Files.size(file))
                .withRecordCount(1);
        table.newAppend()
                .appendFile((partition.isEmpty() ? builder : builder.withPartitionPath(partition)).build())
                .commit();
    }

    /** Compares all rows with those of Iceberg's reader, and returns them. */
    private List<String> compare(Table table) throws IOException {
        table.refresh();
        List<String> expected = new ArrayList<>();
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
            rows.forEach(row -> expected.add(StoredText.ofRow(row)));
        }
        List<String> actual = new ArrayList<>();
        try (var run = test.warehouse().run(test.warehouse().bindTable(TestWarehouse.table("t")), test.allocator())) {
            while (run.reader().loadNextBatch()) {
                var batch = run.reader().getVectorSchemaRoot();
                for (int row = 0; row < batch.getRowCount(); row++) {
                    actual.add(StoredText.ofRow(batch, row));
                }
            }
        }
        assertThat(actual).containsExactlyInAnyOrderElementsOf(expected);
        return actual;
    }
}
