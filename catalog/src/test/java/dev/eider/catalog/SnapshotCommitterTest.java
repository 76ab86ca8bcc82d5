package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.RuntimeIOException;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCommitterTest {
    @TempDir
    Path directory;

    private final InMemoryFileIO files = new InMemoryFileIO() {
        @Override
        public OutputFile newOutputFile(String location) {
            if (diskFull) {
                throw new RuntimeIOException("no space left on device");
            }
            return super.newOutputFile(location);
        }

        @Override
        public InputFile newInputFile(String location) {
            if (writtenUnreadable && !existing.contains(location)) {
                throw new NotFoundException("File does not exist: %s", location);
            }
            return super.newInputFile(location);
        }
    };
    private final Set<String> existing = new HashSet<>();
    private boolean writtenUnreadable;
    private boolean diskFull;
    private TableCatalog catalog;
    private SnapshotCommitter committer;

    @BeforeEach
    void open() {
        catalog = TestCatalog.open(directory, properties -> files);
        committer = catalog.committer();
    }

    @AfterEach
    void close() throws Exception {
        catalog.close();
    }

    @Test
    void makesFilesCurrentAndSaysUnderWhichSnapshot() {
        TableState table = TestCatalog.create(catalog, "orders");

        CommitOutcome.Committed committed = TestCatalog.append(committer, table, TestCatalog.file("1.parquet", 10))
                .orThrow();

        assertThat(current().currentSnapshot().snapshotId())
                .isEqualTo(committed.snapshotId().getAsLong());
        assertThat(committed.sequenceNumber()).isEqualTo(1);
        assertThat(committed.groupSize()).isEqualTo(1);
    }

    @Test
    void createsAStagedTableTogetherWithItsFirstFiles() {
        TableState staged = catalog.stage(TestCatalog.table("orders"), TestCatalog.SCHEMA, Map.of());

        TestCatalog.append(committer, staged, TestCatalog.file("1.parquet", 10)).orThrow();

        assertThat(current().uuid()).isEqualTo(staged.metadata().uuid());
        assertThat(current().snapshots()).hasSize(1);
    }

    @Test
    void letsEveryWriterOfOneStagedTableIn() throws Exception {
        TableState staged = catalog.stage(TestCatalog.table("orders"), TestCatalog.SCHEMA, Map.of());

        List<CommitOutcome> outcomes =
                concurrently(8, i -> TestCatalog.append(committer, staged, TestCatalog.file(i + ".parquet", 1)));

        assertThat(outcomes).allMatch(CommitOutcome.Committed.class::isInstance);
        assertThat(current().currentSnapshot().summary()).containsEntry("total-records", "8");
    }

    @Test
    void neverRefusesConcurrentAppendsOfOneProcess() throws Exception {
        TableState table = TestCatalog.create(catalog, "orders");

        List<CommitOutcome> outcomes =
                concurrently(40, i -> TestCatalog.append(committer, table, TestCatalog.file(i + ".parquet", 1)));

        assertThat(outcomes).allMatch(CommitOutcome.Committed.class::isInstance);
        assertThat(current().currentSnapshot().summary()).containsEntry("total-records", "40");
    }

    @Test
    void outlastsAnotherProcessOnTheSameTable() throws Exception {
        TableState table = TestCatalog.create(catalog, "orders");
        try (TableCatalog other = TestCatalog.open(directory, properties -> files)) {
            List<CommitOutcome> outcomes = concurrently(
                    24,
                    i -> TestCatalog.append(
                            (i % 2 == 0 ? catalog : other).committer(), table, TestCatalog.file(i + ".parquet", 1)));

            assertThat(outcomes).allMatch(CommitOutcome.Committed.class::isInstance);
            assertThat(current().currentSnapshot().summary()).containsEntry("total-records", "24");
        }
    }

    @Test
    void rejectsRowsForATableThatWasReplaced() {
        TableState old = TestCatalog.create(catalog, "orders");
        committer.drop(TestCatalog.table("orders"));
        TestCatalog.create(catalog, "orders");

        assertRejected(append(old), ErrorCode.COMMIT_CONFLICT);
        assertThat(current().snapshots()).isEmpty();
    }

    @Test
    void rejectsRowsForATableThatWasDropped() {
        TableState old = TestCatalog.create(catalog, "orders");
        committer.drop(TestCatalog.table("orders"));

        assertRejected(append(old), ErrorCode.TABLE_NOT_FOUND);
    }

    @Test
    void rejectsRowsWrittenUnderOtherColumns() {
        TableState old = TestCatalog.create(catalog, "orders");
        catalog.loadTable(TestCatalog.table("orders"))
                .updateSchema()
                .addColumn("extra", Types.IntegerType.get())
                .commit();

        assertRejected(append(old), ErrorCode.COMMIT_CONFLICT);
    }

    @Test
    void rejectsASecondTableOfOneNameInAnyCase() {
        TestCatalog.create(catalog, "orders");
        TableState staged = catalog.stage(TestCatalog.table("ORDERS"), TestCatalog.SCHEMA, Map.of());

        assertRejected(committer.create(staged), ErrorCode.ALREADY_EXISTS);
    }

    @Test
    void rejectsACommitWhoseMetadataCannotBeWritten() {
        TableState table = TestCatalog.create(catalog, "orders");
        diskFull = true;

        assertRejected(append(table), ErrorCode.STORAGE_FAILED);

        diskFull = false;
        assertThat(append(table)).isInstanceOf(CommitOutcome.Committed.class);
    }

    @Test
    void needsNotReadBackWhatIsIn() throws Exception {
        TableState table = TestCatalog.create(catalog, "orders");
        existing.add(table.metadata().metadataFileLocation());
        writtenUnreadable = true;

        CommitOutcome outcome = append(table);

        assertThat(outcome).isInstanceOf(CommitOutcome.Committed.class);
        writtenUnreadable = false;
        try (TableCatalog other = TestCatalog.open(directory, properties -> files)) {
            assertThat(other.load(TestCatalog.table("orders")).metadata().snapshots())
                    .hasSize(1);
        }
    }

    @Test
    void saysWhetherThereWasATableToDrop() {
        TestCatalog.create(catalog, "orders");

        assertThat(committer.drop(TestCatalog.table("Orders"))).isTrue();
        assertThat(committer.drop(TestCatalog.table("orders"))).isFalse();
    }

    private CommitOutcome append(TableState table) {
        return TestCatalog.append(committer, table, TestCatalog.file("late.parquet", 1));
    }

    private static void assertRejected(CommitOutcome outcome, ErrorCode code) {
        assertThat(outcome).isInstanceOfSatisfying(CommitOutcome.Rejected.class, rejected -> assertThat(
                        rejected.reason().code())
                .isEqualTo(code));
    }

    private org.apache.iceberg.TableMetadata current() {
        return catalog.load(TestCatalog.table("orders")).metadata();
    }

    private interface Attempt {
        CommitOutcome run(int i);
    }

    private static List<CommitOutcome> concurrently(int count, Attempt attempt) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<CommitOutcome>> calls = IntStream.range(0, count)
                    .mapToObj(i -> (Callable<CommitOutcome>) () -> attempt.run(i))
                    .toList();
            List<CommitOutcome> outcomes = new ArrayList<>();
            for (Future<CommitOutcome> future : threads.invokeAll(calls)) {
                outcomes.add(future.get());
            }
            return outcomes;
        } finally {
            threads.shutdown();
        }
    }
}
