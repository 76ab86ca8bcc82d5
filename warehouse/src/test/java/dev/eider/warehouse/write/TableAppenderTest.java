package dev.eider.warehouse.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.FileSync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("storage")
class TableAppenderTest {
    @TempDir
    Path directory;

    private TestWarehouse test;

    @BeforeEach
    void open() {
        test = new TestWarehouse(directory);
    }

    @AfterEach
    void everyBufferIsFreed() {
        test.close();
    }

    @Test
    void createsTheTableAndAnswersWithAReceipt() throws Exception {
        AppendReceipt receipt = test.append("t", numbered(0, 1000, 3));

        assertThat(receipt.table()).isEqualTo(TestWarehouse.table("t"));
        assertThat(receipt.rows()).isEqualTo(3000);
        assertThat(receipt.files()).hasSize(1);
        assertThat(receipt.sequenceNumber()).isEqualTo(1);
        assertThat(receipt.duplicate()).isFalse();
        TableState table = load("t");
        assertThat(table.metadata().currentSnapshot().snapshotId())
                .isEqualTo(receipt.snapshotId().getAsLong());
        assertThat(table.metadata().schema().findField("id").isRequired()).isTrue();
        assertThat(table.metadata().schema().findField("name").isOptional()).isTrue();
        DataFile file = dataFiles(table).get(0);
        assertThat(file.recordCount()).isEqualTo(3000);
        assertThat(file.fileSizeInBytes()).isEqualTo(receipt.bytes());
        assertThat(file.location()).startsWith(table.metadata().location() + "/data/");
        assertThat(file.splitOffsets()).isNotEmpty();
        assertThat(file.nullValueCounts()).containsEntry(2, 300L);
        assertThat(Conversions.<Object>fromByteBuffer(
                        Types.LongType.get(), file.upperBounds().get(1)))
                .isEqualTo(2999L);
    }

    @Test
    void appendsToTheSameTableUnderNewSnapshots() throws Exception {
        AppendReceipt first = test.append("t", numbered(0, 10, 1));
        AppendReceipt second = test.append("T", numbered(10, 10, 1));

        assertThat(second.sequenceNumber()).isEqualTo(first.sequenceNumber() + 1);
        assertThat(second.table()).isEqualTo(first.table());
        assertThat(load("t").metadata().currentSnapshot().summary()).containsEntry("total-records", "20");
    }

    @Test
    void compressesAsTheTableAsksForIt() throws Exception {
        test.append("t", numbered(0, 10, 1));
        setLevel("1");
        long quick = test.append("t", numbered(0, 1000, 20)).bytes();
        setLevel("22");
        long small = test.append("t", numbered(0, 1000, 20)).bytes();
        setLevel("23");

        assertThat(small).isLessThan(quick);
        assertThatThrownBy(() -> test.append("t", numbered(0, 10, 1)))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("level 23");
    }

    private void setLevel(String level) {
        test.catalog()
                .committer()
                .edit(load("t"), table -> table.updateProperties()
                        .set("write.parquet.compression-level", level)
                        .commit())
                .orThrow();
    }

    @Test
    void makesNoSnapshotForAStreamWithoutRows() throws Exception {
        AppendReceipt receipt = test.append("t", numbered(0, 0, 2));

        assertThat(receipt.rows()).isZero();
        assertThat(receipt.snapshotId()).isEmpty();
        assertThat(load("t").metadata().snapshots()).isEmpty();
    }

    @Test
    void commitsAnEndlessStreamInStepsOfRows() throws Exception {
        List<AppendReceipt> receipts = test.append(
                "t", WriteOptions.inSteps(WriteMode.CREATE_APPEND, 250, Optional.empty()), numbered(0, 100, 10));

        assertThat(receipts).extracting(AppendReceipt::rows).containsExactly(300L, 300L, 300L, 100L);
        assertThat(receipts).extracting(AppendReceipt::sequenceNumber).containsExactly(1L, 2L, 3L, 4L);
        assertThat(load("t").metadata().currentSnapshot().summary()).containsEntry("total-records", "1000");
    }

    @Test
    void commitsAStepOfRowsBeforeTheNextOnesArrive() throws Exception {
        CountDownLatch committed = new CountDownLatch(1);
        TestRows rows = new TestRows(test.allocator(), TestRows.numberedSchema(), 2, (root, batch) -> {
            if (batch == 1) {
                awaitUninterruptibly(committed);
            }
            fillOne(root, batch);
        });

        List<AppendReceipt> receipts =
                appendCounting(rows, WriteOptions.inSteps(WriteMode.CREATE_APPEND, 1, Optional.empty()), committed);

        assertThat(receipts).extracting(AppendReceipt::rows).containsExactly(1L, 1L);
    }

    @Test
    void commitsAnEndlessStreamInStepsOfTime() throws Exception {
        CountDownLatch committed = new CountDownLatch(1);
        TestRows rows = new TestRows(test.allocator(), TestRows.numberedSchema(), 2, (root, batch) -> {
            if (batch == 1) {
                awaitUninterruptibly(committed);
            }
            fillOne(root, batch);
        });

        List<AppendReceipt> receipts = appendCounting(
                rows, WriteOptions.inSteps(WriteMode.CREATE_APPEND, 0, Optional.of(Duration.ofMillis(50))), committed);

        assertThat(receipts).extracting(AppendReceipt::rows).containsExactly(1L, 1L);
    }

    private List<AppendReceipt> appendCounting(TestRows rows, WriteOptions options, CountDownLatch committed)
            throws Exception {
        List<AppendReceipt> receipts = new ArrayList<>();
        try (rows) {
            test.warehouse().appender().append(new AppendRequest(TestWarehouse.table("t"), options), rows, receipt -> {
                receipts.add(receipt);
                committed.countDown();
            });
        }
        return receipts;
    }

    @Test
    void rollsFilesAtTheTargetSize() throws Exception {
        test.close();
        WriteConfig small = TestWarehouse.writes();
        test = new TestWarehouse(
                directory,
                new WriteConfig(
                        true,
                        8,
                        64,
                        small.queueTimeout(),
                        small.idleTimeout(),
                        100_000,
                        20_480,
                        8 << 20,
                        Duration.ofDays(7),
                        FileSync.FULL,
                        small.bufferBytes()));

        AppendReceipt receipt = test.append("t", numbered(0, 50_000, 10));

        List<DataFile> files = dataFiles(load("t"));
        assertThat(receipt.files()).hasSize(files.size()).hasSizeGreaterThan(3);
        assertThat(files.stream().mapToLong(DataFile::recordCount).sum()).isEqualTo(500_000);
    }

    @Test
    void letsConcurrentWritersCreateOneTableTogether() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<AppendReceipt>> writers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int writer = i;
                writers.add(threads.submit(() -> test.append("t", numbered(writer * 1000L, 1000, 1))));
            }
            for (Future<AppendReceipt> writer : writers) {
                assertThat(writer.get().rows()).isEqualTo(1000);
            }
        } finally {
            threads.shutdown();
        }
        TableState table = load("t");
        assertThat(table.metadata().currentSnapshot().summary()).containsEntry("total-records", "8000");
        assertThat(dataFiles(table))
                .allMatch(file -> file.location().startsWith(table.metadata().location()));
    }

    @Test
    void leavesNoTableFileOrDirectoryWhenTheStreamBreaks() throws IOException {
        TestRows broken = new TestRows(test.allocator(), TestRows.numberedSchema(), 100, (root, batch) -> {
            if (batch == 99) {
                throw new IllegalStateException("the client vanished");
            }
            fill(root, batch, 10_000);
        });

        assertThatThrownBy(() -> test.append("t", broken))
                .isInstanceOf(BrokenStreamException.class)
                .hasMessageContaining("the client vanished");
        assertThat(test.warehouse().tables()).isEmpty();
        assertThat(test.files()).isEmpty();
        try (Stream<Path> paths = Files.walk(directory)) {
            assertThat(paths.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith("t-"));
        }
    }

    @Test
    void givesUpOnASilentStreamAndCleansUp() {
        test.close();
        WriteConfig base = TestWarehouse.writes();
        test = new TestWarehouse(
                directory,
                new WriteConfig(
                        true,
                        8,
                        64,
                        base.queueTimeout(),
                        Duration.ofMillis(100),
                        64 << 20,
                        122_880,
                        8 << 20,
                        Duration.ofDays(7),
                        FileSync.FULL,
                        16 << 20));
        CountDownLatch never = new CountDownLatch(1);
        TestRows silent = new TestRows(test.allocator(), TestRows.numberedSchema(), 2, (root, batch) -> {
            if (batch == 1) {
                awaitInterrupt(never);
            }
            fillOne(root, batch);
        });

        assertRefused(ErrorCode.TIMED_OUT, "sent nothing", () -> test.append("t", silent));
        assertThat(test.warehouse().tables()).isEmpty();
        assertThat(test.files()).isEmpty();
    }

    @Test
    void refusesWhatTheModeForbids() {
        assertRefused(ErrorCode.TABLE_NOT_FOUND, "main.t", () -> test.append("t", WriteMode.APPEND, numbered(0, 1, 1)));
        test.append("t", WriteMode.CREATE, numbered(0, 1, 1));
        assertRefused(ErrorCode.ALREADY_EXISTS, "main.t", () -> test.append("t", WriteMode.CREATE, numbered(0, 1, 1)));
    }

    @Test
    void refusesNullsInARequiredColumnAndChangesNothing() {
        test.append("t", numbered(0, 10, 1));
        long before = test.files().size();
        Schema nullable = new Schema(List.of(new Field("id", FieldType.nullable(new ArrowType.Int(64, true)), null)));
        TestRows rows = new TestRows(test.allocator(), nullable, 1, (root, batch) -> {
            ((org.apache.arrow.vector.BigIntVector) root.getVector("id")).setNull(2);
            root.setRowCount(3);
        });

        assertRefused(ErrorCode.INVALID_DATA, "id", () -> test.append("t", rows));
        assertThat(test.files()).hasSize((int) before);
        assertThat(load("t").metadata().snapshots()).hasSize(1);
    }

    @Test
    void measuresColumnsThatHoldNotANumber() throws Exception {
        Schema schema = new Schema(List.of(
                new Field("d", FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)), null)));
        TestRows rows = new TestRows(test.allocator(), schema, 3, (root, batch) -> {
            Float8Vector d = (Float8Vector) root.getVector("d");
            for (int i = 0; i < 100_000; i++) {
                d.setSafe(i, batch == 0 && i == 7 ? Double.NaN : batch * 100_000 + i);
            }
            root.setRowCount(100_000);
        });

        test.append("t", rows);

        DataFile file = dataFiles(load("t")).get(0);
        assertThat(file.nanValueCounts()).containsEntry(1, 1L);
        assertThat(Conversions.<Object>fromByteBuffer(
                        Types.DoubleType.get(), file.lowerBounds().get(1)))
                .isEqualTo(-0.0);
        assertThat(Conversions.<Object>fromByteBuffer(
                        Types.DoubleType.get(), file.upperBounds().get(1)))
                .isEqualTo(299_999.0);
    }

    @Test
    void refusesTablesWithPartitionsOrASortOrder() throws Exception {
        test.append("t", numbered(0, 1, 1));
        test.append("s", numbered(0, 1, 1));
        try (TableCatalog foreign = test.catalog()) {
            foreign.loadTable(TestWarehouse.table("t"))
                    .updateSpec()
                    .addField("id")
                    .commit();
            foreign.loadTable(TestWarehouse.table("s"))
                    .replaceSortOrder()
                    .asc("id")
                    .commit();
        }

        assertRefused(ErrorCode.UNSUPPORTED, "partitioned by", () -> test.append("t", numbered(1, 1, 1)));
        assertRefused(ErrorCode.UNSUPPORTED, "sorted by", () -> test.append("s", numbered(1, 1, 1)));
    }

    private static void assertRefused(ErrorCode code, String naming, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(naming);
    }

    private TestRows numbered(long first, int rows, int batches) {
        return TestRows.numbered(test.allocator(), first, rows, batches);
    }

    private static void fillOne(VectorSchemaRoot root, int batch) {
        fill(root, batch, 1);
    }

    private static void fill(VectorSchemaRoot root, int batch, int rows) {
        org.apache.arrow.vector.BigIntVector id = (org.apache.arrow.vector.BigIntVector) root.getVector("id");
        for (int i = 0; i < rows; i++) {
            id.setSafe(i, (long) batch * rows + i);
        }
        root.setRowCount(rows);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitInterrupt(CountDownLatch never) {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private TableState load(String name) {
        try (TableCatalog catalog = test.catalog()) {
            return catalog.load(TestWarehouse.table(name));
        }
    }

    private static List<DataFile> dataFiles(TableState table) throws Exception {
        List<DataFile> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.table().newScan().includeColumnStats().planFiles()) {
            tasks.forEach(task -> files.add(task.file()));
        }
        return files;
    }
}
