package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;

class PositionDeletesTest {
    private static final int FILES = 10_000;

    @Test
    void aFileThatNamesManyDataFilesIsDecodedOnceAndTakesLittleMemory() throws Exception {
        try (InMemoryCatalog catalog = new InMemoryCatalog()) {
            Table table = table(catalog);
            DeleteFile delete = deletes(table, FILES);
            CountingFileIO io = new CountingFileIO(table.io());
            PositionDeletes deletes = new PositionDeletes();

            assertDeleted(deletes.of(files(delete, 0, FILES), io));
            assertThat(io.reads()).hasSize(1);
            assertThat(deletes.rememberedBytes()).isBetween(1L << 20, 4L << 20);

            assertDeleted(deletes.of(files(delete, 5, 50), io));
            assertThat(io.reads()).isEmpty();
        }
    }

    @Test
    void aFileAboveTheBudgetIsDecodedOnceForEachScan() throws Exception {
        try (InMemoryCatalog catalog = new InMemoryCatalog()) {
            Table table = table(catalog);
            DeleteFile delete = deletes(table, 1_000);
            CountingFileIO io = new CountingFileIO(table.io());
            PositionDeletes deletes = new PositionDeletes(10_000);

            assertDeleted(deletes.of(files(delete, 0, 1_000), io));
            assertThat(io.reads()).hasSize(1);
            assertThat(deletes.rememberedBytes()).isZero();
        }
    }

    @Test
    void setsOfRowsHoldWhatWasAdded() {
        Random random = new Random(5);
        for (int round = 0; round < 60; round++) {
            List<RowNumbers> sets = new ArrayList<>();
            Set<Long> all = new TreeSet<>();
            for (int i = 0; i < 1 + random.nextInt(3); i++) {
                Set<Long> rows = rows(random);
                RowNumbers.Builder builder = new RowNumbers.Builder();
                List<Long> order = new ArrayList<>(rows);
                if (random.nextBoolean()) {
                    java.util.Collections.shuffle(order, random);
                }
                order.forEach(builder::add);
                order.stream().limit(3).forEach(builder::add);
                RowNumbers set = builder.build();
                assertThat(content(set)).containsExactlyElementsOf(rows);
                assertThat(set.size()).isEqualTo(rows.size());
                sets.add(set);
                all.addAll(rows);
            }
            RowNumbers union = RowNumbers.union(sets);
            assertThat(content(union)).containsExactlyElementsOf(all);
            assertBits(union, all, random.nextInt(200_000));
        }
    }

    private static Set<Long> rows(Random random) {
        Set<Long> rows = new TreeSet<>();
        int span = 1 << random.nextInt(1, 18);
        long first = random.nextBoolean() ? 0 : random.nextLong(1L << 34);
        for (int i = 0; i < 1 << random.nextInt(14); i++) {
            rows.add(first + random.nextInt(span));
        }
        return rows;
    }

    private static List<Long> content(RowNumbers set) {
        List<Long> rows = new ArrayList<>();
        set.forEach(rows::add);
        return rows;
    }

    private static void assertBits(RowNumbers set, Set<Long> rows, int count) {
        byte[] bits = set.bits(count);
        BitSet expected = new BitSet();
        int held = bits.length * Byte.SIZE;
        rows.stream().filter(row -> row < held).forEach(row -> expected.set(row.intValue()));
        BitSet actual = new BitSet();
        for (int row = 0; row < held; row++) {
            actual.set(row, (bits[row / Byte.SIZE] & 0x80 >>> row % Byte.SIZE) != 0);
        }
        assertThat(actual).isEqualTo(expected);
    }

    private static Table table(InMemoryCatalog catalog) {
        catalog.initialize("memory", Map.of());
        catalog.createNamespace(Namespace.of("main"));
        return catalog.createTable(
                TableIdentifier.of("main", "t"), new Schema(Types.NestedField.optional(1, "v", Types.LongType.get())));
    }

    private static String location(int file) {
        return "memory:/warehouse/main/t/data/00000-%d-6f1f0f4e-2f0b-4f9f-8a55-0a2c1a0f4b11-00001.parquet"
                .formatted(file);
    }

    /** Two rows of each file, the second of which tells the file. */
    private static DeleteFile deletes(Table table, int files) throws IOException {
        PositionDeleteWriter<Record> writer = new GenericFileWriterFactory.Builder(table)
                .deleteFileFormat(FileFormat.PARQUET)
                .build()
                .newPositionDeleteWriter(
                        OutputFileFactory.builderFor(table, 1, 1)
                                .format(FileFormat.PARQUET)
                                .build()
                                .newOutputFile(),
                        table.spec(),
                        null);
        try (writer) {
            for (int file = 0; file < files; file++) {
                PositionDelete<Record> row = PositionDelete.create();
                writer.write(row.set(location(file), 3));
                writer.write(row.set(location(file), 100 + file));
            }
        }
        return writer.toDeleteFile();
    }

    private static List<ScanFile> files(DeleteFile delete, int from, int to) {
        List<ScanFile> files = new ArrayList<>();
        for (int file = from; file < to; file++) {
            files.add(new ScanFile(
                    location(file),
                    FileFormat.PARQUET,
                    100_000,
                    1,
                    0,
                    new PartitionData(PartitionSpec.unpartitioned().partitionType()),
                    1,
                    -1,
                    Set.of(),
                    List.of(delete)));
        }
        return files;
    }

    private static void assertDeleted(Map<String, RowNumbers> deleted) {
        assertThat(deleted).isNotEmpty().allSatisfy((location, rows) -> {
            int file = Integer.parseInt(location.replaceAll(".*/00000-(\\d+)-.*", "$1"));
            assertThat(content(rows)).containsExactly(3L, 100L + file);
        });
    }
}
