package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.TestStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns that files leave out since the table is partitioned by them have the values of the partitions. */
@Tag("storage")
class IdentityPartitionsTest {
    private static final Schema SCHEMA = new Schema(
            NestedField.optional(1, "p", Types.LongType.get()), NestedField.optional(2, "v", Types.StringType.get()));
    private static final PartitionSpec BY_P =
            PartitionSpec.builderFor(SCHEMA).identity("p").build();

    private static final List<Type> TYPES = List.of(
            Types.BooleanType.get(),
            Types.IntegerType.get(),
            Types.FloatType.get(),
            Types.DoubleType.get(),
            Types.DecimalType.of(38, 10),
            Types.DateType.get(),
            Types.TimeType.get(),
            Types.TimestampType.withoutZone(),
            Types.TimestampType.withZone(),
            Types.TimestampNanoType.withoutZone(),
            Types.StringType.get(),
            Types.UUIDType.get(),
            Types.BinaryType.get(),
            Types.FixedType.ofLength(3));
    private static final List<Object> VALUES = List.of(
            true,
            -5,
            Float.NEGATIVE_INFINITY,
            Double.NaN,
            new java.math.BigDecimal("-1234567890123456789012345678.0123456789"),
            -719_529,
            86_399_999_999L,
            -1L,
            1_700_000_000_000_001L,
            1_700_000_000_000_000_001L,
            "it's \"ß\", [1]; 😀\n",
            new java.util.UUID(-1, 5),
            ByteBuffer.wrap(new byte[] {0, -1, 39}),
            ByteBuffer.wrap(new byte[] {92, 120, 0}));

    @TempDir
    Path directory;

    private TestWarehouse test;
    private TableCatalog catalog;

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

    @Test
    void everyRowHasThePartitionsValue() throws Exception {
        Table table = create(SCHEMA, BY_P);
        add(table, 7L, 7L, 8L, null);

        assertThat(test.query("SELECT * FROM t ORDER BY p, v")).containsExactly("7|a", "7|b", "8|c", "null|d");
        assertThat(test.query("SELECT count(*) FROM t WHERE p = 7")).containsExactly("2");
        assertThat(test.query("SELECT v FROM t WHERE p IS NULL")).containsExactly("d");
        assertThat(test.query("SELECT v FROM t WHERE p <> 7 OR p IS NULL ORDER BY v"))
                .containsExactly("c", "d");
        assertThat(test.query("SELECT count(*), count(p), min(p), max(p), sum(p) FROM t"))
                .containsExactly("4|3|7|8|22");
        assertThat(test.query("SELECT min(p), max(p) FROM t")).containsExactly("7|8");
        assertThat(test.query("SELECT p, count(*) FROM t GROUP BY p ORDER BY p"))
                .containsExactly("7|2", "8|1", "null|1");
        assertThat(test.query("SELECT p, v, _change_type FROM table_changes('t', 0) ORDER BY v"))
                .containsExactly("7|a|insert", "7|b|insert", "8|c|insert", "null|d|insert");
    }

    @Test
    void filesWithTheColumnAreReadBesideThoseWithout() throws Exception {
        Table table = create(SCHEMA, BY_P);
        add(table, 7L);
        AppendFiles append = table.newAppend();
        append.appendFile(file(table, SCHEMA, partition(table.spec(), 8L), row(SCHEMA, 8L, "whole")));
        append.commit();

        assertThat(test.query("SELECT * FROM t ORDER BY p")).containsExactly("7|a", "8|whole");
    }

    @Test
    void manyPartitionsAreReadTogether() throws Exception {
        Table table = create(SCHEMA, BY_P);
        Long[] partitions = new Long[300];
        for (int i = 0; i < partitions.length; i++) {
            partitions[i] = (long) i * i;
        }
        add(table, partitions);

        assertThat(test.query("SELECT count(*), sum(p), min(p), max(p), count(DISTINCT p) FROM t WHERE p > 0"))
                .containsExactly("299|8955050|1|89401|299");
        assertThat(test.query("SELECT p FROM t WHERE p BETWEEN 82 AND 122 ORDER BY p"))
                .containsExactly("100", "121");
    }

    @Test
    void rowsAreDeletedByTheColumn() throws Exception {
        Table table = create(SCHEMA, BY_P);
        add(table, 7L, 8L, null);
        deleteWhere(table, 8L);
        deleteWhere(table, null);

        assertThat(test.query("SELECT * FROM t")).containsExactly("7|a");
        assertThat(test.query("SELECT count(*), max(p) FROM t")).containsExactly("1|7");
    }

    @Test
    void aSpecThatChangedIsThatOfItsFiles() throws Exception {
        Table table = create(SCHEMA, BY_P);
        add(table, 7L);
        table.updateSpec().removeField("p").commit();
        table.updateSchema().renameColumn("p", "q").commit();
        table.updateSchema().addColumn("r", Types.IntegerType.get()).commit();
        DataFile unpartitioned = file(
                table,
                table.schema(),
                partition(table.spec()),
                GenericRecord.create(table.schema()).copy(Map.of("q", 8L, "v", "late", "r", 1)));
        table.newAppend().appendFile(unpartitioned).commit();

        assertThat(test.query("SELECT q, v, r FROM t ORDER BY q")).containsExactly("7|a|null", "8|late|1");
    }

    @Test
    void aColumnThatWasDroppedSinceIsReadAtItsTime() throws Exception {
        Table table = create(SCHEMA, BY_P);
        add(table, 7L, 8L);
        long then = table.currentSnapshot().snapshotId();
        table.updateSpec().removeField("p").commit();
        table.updateSchema().deleteColumn("p").commit();

        assertThat(test.query("SELECT * FROM t ORDER BY v")).containsExactly("a", "b");
        assertThat(test.query("SELECT p, v FROM t AT (VERSION => %d) ORDER BY v".formatted(then)))
                .containsExactly("7|a", "8|b");
        assertThat(test.query("SELECT v FROM t AT (VERSION => %d) WHERE p = 8".formatted(then)))
                .containsExactly("b");
    }

    @Test
    void valuesOfEveryTypeAreThose() throws Exception {
        List<NestedField> columns = new ArrayList<>(List.of(NestedField.optional(1, "v", Types.StringType.get())));
        for (int i = 0; i < TYPES.size(); i++) {
            columns.add(NestedField.optional(i + 2, "c" + i, TYPES.get(i)));
        }
        Schema schema = new Schema(columns);
        PartitionSpec.Builder builder = PartitionSpec.builderFor(schema);
        columns.subList(1, columns.size()).forEach(column -> builder.identity(column.name()));
        Table table = create(schema, builder.build());
        Schema held = table.schema().select("v");
        PartitionData nulls = partition(table.spec(), new Object[TYPES.size()]);
        table.newAppend()
                .appendFile(file(table, held, partition(table.spec(), VALUES.toArray()), row(held, "some")))
                .appendFile(file(table, held, nulls, row(held, "none")))
                .commit();

        String read = "SELECT c0, c1, c2, c3, c4, CAST(c5 AS VARCHAR), CAST(c6 AS VARCHAR), CAST(c7 AS VARCHAR),"
                + " epoch_us(c8), CAST(c9 AS VARCHAR), c10, c11, hex(c12), hex(c13), v FROM t";
        String some = "true|-5|-Infinity|NaN|-1234567890123456789012345678.0123456789|0002-12-31 (BC)|23:59:59.999999|"
                + "1969-12-31 23:59:59.999999|1700000000000001|2023-11-14 22:13:20.000000001|"
                + "it's \"ß\", [1]; 😀\n|ffffffff-ffff-ffff-0000-000000000005|00FF27|5C7800|some";
        String none = "null|".repeat(TYPES.size()) + "none";
        assertThat(test.query(read)).containsExactlyInAnyOrder(some, none);

        long then = table.currentSnapshot().snapshotId();
        for (int i = 0; i < TYPES.size(); i++) {
            table.updateSpec().removeField("c" + i).commit();
            table.updateSchema().deleteColumn("c" + i).commit();
        }
        assertThat(test.query("SELECT * FROM t ORDER BY v")).containsExactly("none", "some");
        assertThat(test.query(read + " AT (VERSION => %d)".formatted(then))).containsExactlyInAnyOrder(some, none);
    }

    @Test
    void footersAreReadOnlyOfFilesThatCountNoValues() throws Exception {
        Table table = create(SCHEMA, BY_P);
        String gone = table.location() + "/data/00000-0-6f1f0f4e-2f0b-4f9f-8a55-0a2c1a0f4b11-00001.parquet";
        FileLayout.Subject counted = new FileLayout.Subject(gone, 0, partition(BY_P, 7L), Set.of());
        FileLayout.Subject uncounted = new FileLayout.Subject(gone, 0, partition(BY_P, 7L), Set.of(1));

        assertThat(layout(table, SCHEMA, counted).of(counted).constants()).isEmpty();
        assertThat(layout(table, SCHEMA.select("v"), uncounted).of(uncounted).constants())
                .isEmpty();
        assertThatThrownBy(() -> layout(table, SCHEMA, uncounted))
                .as("the file is opened, and there is none")
                .hasMessageContaining(gone.substring(gone.lastIndexOf('/')));

        DataFile whole = file(table, SCHEMA, partition(BY_P, 8L), row(SCHEMA, 8L, "x"));
        assertThat(IdentityColumns.uncounted(BY_P, whole)).isEmpty();
        DataFile part = file(table, table.schema().select("v"), partition(BY_P, 8L), row(SCHEMA.select("v"), "x"));
        assertThat(IdentityColumns.uncounted(BY_P, part)).containsExactly(1);
    }

    private FileLayout layout(Table table, Schema schema, FileLayout.Subject file) {
        Storage storage = Storage.open(TestStorage.of(directory), FileSync.NONE);
        TableState state = new TableState(
                TestWarehouse.table("t"), ((BaseTable) table).operations().current(), false, table.io());
        ScanPaths paths = new ScanPaths(
                storage, storage.hold(Set.of(), Optional.empty(), () -> false), Map.of(file.location(), 100L));
        return new FileLayout(state, new FileShapes(), paths, schema.asStruct(), List.of(file), () -> {});
    }

    private Table create(Schema schema, PartitionSpec spec) {
        return catalog.buildTable(TestWarehouse.table("t"), schema)
                .withPartitionSpec(spec)
                .withProperty("format-version", schema.findField("c9") == null ? "2" : "3")
                .create();
    }

    /** Adds a file of one row for each value of p, without p. */
    private static void add(Table table, @Nullable Long... values) throws IOException {
        Schema held = table.schema().select("v");
        AppendFiles append = table.newAppend();
        char name = 'a';
        for (Long value : values) {
            append.appendFile(file(table, held, partition(table.spec(), value), row(held, String.valueOf(name++))));
        }
        append.commit();
    }

    private static void deleteWhere(Table table, @Nullable Long value) throws IOException {
        Schema keys = TypeUtil.select(table.schema(), new TreeSet<>(Set.of(1)));
        PartitionData partition = partition(table.spec(), value);
        EqualityDeleteWriter<Record> writer = new GenericFileWriterFactory.Builder(table)
                .deleteFileFormat(FileFormat.PARQUET)
                .equalityFieldIds(new int[] {1})
                .equalityDeleteRowSchema(keys)
                .build()
                .newEqualityDeleteWriter(output(table).newOutputFile(table.spec(), partition), table.spec(), partition);
        try (writer) {
            writer.write(row(keys, value));
        }
        table.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
    }

    private static DataFile file(Table table, Schema held, PartitionData partition, Record row) throws IOException {
        DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table)
                .dataSchema(held)
                .dataFileFormat(FileFormat.PARQUET)
                .build()
                .newDataWriter(output(table).newOutputFile(table.spec(), partition), table.spec(), partition);
        try (writer) {
            writer.write(row);
        }
        return writer.toDataFile();
    }

    private static OutputFileFactory output(Table table) {
        return OutputFileFactory.builderFor(table, 1, System.nanoTime())
                .format(FileFormat.PARQUET)
                .build();
    }

    private static PartitionData partition(PartitionSpec spec, @Nullable Object... values) {
        PartitionData partition = new PartitionData(spec.partitionType());
        for (int i = 0; i < values.length; i++) {
            partition.set(i, values[i]);
        }
        return partition;
    }

    private static Record row(Schema schema, @Nullable Object... values) {
        Record row = GenericRecord.create(schema);
        for (int i = 0; i < values.length; i++) {
            row.set(i, values[i]);
        }
        return row;
    }
}
