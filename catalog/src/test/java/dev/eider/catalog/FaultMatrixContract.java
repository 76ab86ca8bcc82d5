package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.Faults.Kind;
import dev.eider.catalog.Faults.Point;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.iceberg.ManifestFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever fails around a swap: no update is lost, none is there twice, no live file is gone, and the outcome that is
 * reported is true. One writer's connection fails while another process commits.
 */
abstract class FaultMatrixContract {
    private TestDatabase database;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void makeDatabase() throws Exception {
        database = newDatabase();
    }

    static Stream<Arguments> cells() {
        List<Arguments> cells = new ArrayList<>();
        for (Point point : Point.values()) {
            for (Kind kind : List.of(Kind.REPLY_LOST, Kind.CONNECTION_RESET, Kind.BUSY, Kind.UNDONE_LATER)) {
                cells.add(Arguments.of(point, kind, 300));
            }
        }
        cells.add(Arguments.of(Point.AFTER_SWAP, Kind.APPLIED_LATER, 300));
        cells.add(Arguments.of(Point.AFTER_SWAP, Kind.APPLIED_LATER, 2_000));
        cells.add(Arguments.of(Point.AFTER_SWAP, Kind.COMMITTED_BUT_40001, 0));
        return cells.stream();
    }

    @ParameterizedTest
    @MethodSource("cells")
    void losesNothingAndRepeatsNothing(Point point, Kind kind, long delayMillis) throws Exception {
        try (TableCatalog healthy = database.open();
                Faults faults = FaultyDriver.script("cell-" + UUID.randomUUID());
                TableCatalog faulty = database.open(faults, TestDatabase.PATIENCE)) {
            TableState table = TestCatalog.create(healthy, "orders");
            TestDatabase.append(faulty, table, "first").orThrow();
            AtomicReference<CompletableFuture<CommitOutcome>> between = new AtomicReference<>();
            faults.arm(point, kind, 1)
                    .applyLaterAfter(Duration.ofMillis(delayMillis))
                    .onFire(() -> between.set(appendMeanwhile(healthy, table, kind)));

            CommitOutcome doubtful = TestDatabase.append(faulty, table, "doubtful");

            assertThat(faults.fired(point, kind)).isEqualTo(1);
            between.get().join().orThrow();
            faults.awaitLate();
            TestDatabase.append(faulty, table, "next").orThrow();
            TestDatabase.append(healthy, table, "last").orThrow();
            assertThat(doubtful).isInstanceOf(CommitOutcome.Committed.class);
            TableAudit audit = TableAudit.of(database, table.identifier());
            assertThat(audit.files()).containsExactlyInAnyOrder("first", "doubtful", "between", "next", "last");
            assertThat(audit.metadata().snapshots()).hasSize(5);
            audit.isWhole().isOneLine().leftNothingElse(database.files());
            audit.isLogged(healthy, table.identifier());
        }
    }

    /**
     * Lets the other writer in before the first learns of the fault, unless that one's connection still holds locks:
     * then its rollback lets it in. SQLite's driver begins the next transaction as soon as one has ended.
     */
    private CompletableFuture<CommitOutcome> appendMeanwhile(TableCatalog healthy, TableState table, Kind kind) {
        CompletableFuture<CommitOutcome> append =
                CompletableFuture.supplyAsync(() -> TestDatabase.append(healthy, table, "between"));
        boolean isLocked = kind == Kind.BUSY || (kind == Kind.COMMITTED_BUT_40001 && Dialect.isSqlite(database.uri()));
        if (!isLocked) {
            append.join();
        }
        return append;
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void createsATableOnceWhenTheReplyIsLost(Point point) throws Exception {
        try (TableCatalog healthy = database.open();
                Faults faults = FaultyDriver.script("create-" + UUID.randomUUID());
                TableCatalog faulty = database.open(faults, TestDatabase.PATIENCE)) {
            TableState staged = faulty.stage(TestCatalog.table("orders"), TestCatalog.SCHEMA, java.util.Map.of());
            faults.arm(point, Kind.REPLY_LOST, 1);

            TestDatabase.append(faulty, staged, "first").orThrow();

            assertThat(faults.fired()).isEqualTo(1);
            TestDatabase.append(healthy, healthy.load(staged.identifier()), "second")
                    .orThrow();
            TableAudit audit = TableAudit.of(database, staged.identifier());
            assertThat(audit.metadata().uuid()).isEqualTo(staged.metadata().uuid());
            assertThat(audit.files()).containsExactlyInAnyOrder("first", "second");
            audit.isWhole().leftNothingElse(database.files());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"REPLY_LOST", "BUSY", "APPLIED_LATER"})
    void dropsAndRenamesOnceWhenTheReplyIsLost(Kind kind) throws Exception {
        try (Faults faults = FaultyDriver.script("names-" + UUID.randomUUID());
                TableCatalog faulty = database.open(faults, TestDatabase.PATIENCE)) {
            TestCatalog.create(faulty, "orders");
            faults.arm(Point.AFTER_SWAP, kind, 1).applyLaterAfter(Duration.ofMillis(100));
            faulty.renameTable(TestCatalog.table("orders"), TestCatalog.table("sales"));
            faults.arm(Point.AFTER_SWAP, kind, 1);

            assertThat(faulty.committer().drop(TestCatalog.table("sales"))).isTrue();

            assertThat(faults.fired()).isEqualTo(2);
            assertThat(faulty.list()).isEmpty();
        }
    }

    @Test
    void saysThatItDoesNotKnowAndKeepsTheFiles() throws Exception {
        try (TableCatalog healthy = database.open();
                Faults faults = FaultyDriver.script("unknown-" + UUID.randomUUID());
                TableCatalog faulty = database.open(faults, Duration.ofMillis(200))) {
            TableState table = TestCatalog.create(healthy, "orders");
            faults.arm(Point.AFTER_SWAP, Kind.UNDONE_LATER, 1_000).applyLaterAfter(Duration.ofMillis(10));

            CommitOutcome outcome = TestDatabase.append(faulty, table, "doubtful");

            assertThat(outcome).isInstanceOfSatisfying(CommitOutcome.Unknown.class, unknown -> assertThat(
                            unknown.reason().code())
                    .isEqualTo(ErrorCode.OUTCOME_UNKNOWN));
            faults.disarm();
            faults.awaitLate();
            assertThat(database.files().deleted()).isEmpty();
            assertThat(TableAudit.of(database, table.identifier()).isWhole().files())
                    .isEmpty();
            TestDatabase.append(faulty, table, "next").orThrow();
            assertThat(TableAudit.of(database, table.identifier()).isWhole().files())
                    .containsExactly("next");
        }
    }

    @Test
    void keepsTheMergedManifestsOfCommitsInDoubt() throws Exception {
        try (TableCatalog healthy = database.open();
                Faults faults = FaultyDriver.script("merged-" + UUID.randomUUID());
                TableCatalog faulty = database.open(faults, Duration.ZERO)) {
            TableState table = TestCatalog.create(healthy, "orders");
            List<String> expected = new ArrayList<>();
            int sinceMerge = 0;
            for (int i = 0; i < 300 && sinceMerge < 5; i++) {
                // From the fiftieth on, any of them may carry the merged manifests.
                faults.arm(Point.AFTER_SWAP, Kind.REPLY_LOST, i >= 50 ? 1 : 0);
                CommitOutcome outcome = TestDatabase.append(faulty, table, "file-" + i);
                assertThat(outcome instanceof CommitOutcome.Unknown).isEqualTo(i >= 50);
                expected.add("file-" + i);
                sinceMerge += hasMergedManifests(healthy.load(table.identifier())) ? 1 : 0;
            }

            assertThat(sinceMerge).isEqualTo(5);
            assertThat(TableAudit.of(database, table.identifier()).isWhole().files())
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static boolean hasMergedManifests(TableState state) {
        return state.metadata().currentSnapshot().allManifests(state.io()).stream()
                .anyMatch(ManifestFile::hasExistingFiles);
    }

    @Test
    void refusesAndCleansUpWhileTheDatabaseStaysBusy() throws Exception {
        try (TableCatalog healthy = database.open();
                Faults faults = FaultyDriver.script("busy-" + UUID.randomUUID());
                TableCatalog faulty = database.open(faults, Duration.ofMillis(200))) {
            TableState table = TestCatalog.create(healthy, "orders");
            faults.arm(Point.BEFORE_SWAP, Kind.BUSY, 1_000);

            CommitOutcome outcome = TestDatabase.append(faulty, table, "refused");

            assertThat(outcome).isInstanceOfSatisfying(CommitOutcome.Rejected.class, rejected -> assertThat(
                            rejected.reason().code())
                    .isEqualTo(ErrorCode.OVERLOADED));
            TestDatabase.append(healthy, table, "next").orThrow();
            TableAudit audit = TableAudit.of(database, table.identifier());
            assertThat(audit.files()).containsExactly("next");
            audit.isWhole().leftNothingElse(database.files());
        }
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void needsNoRepairAfterAKill(Point point) throws Exception {
        DiskFiles disk = new DiskFiles();
        Path warehouse = Files.createTempDirectory("eider-killed");
        TestDatabase onDisk = new TestDatabase(database.uri(), warehouse.toString(), database.files());
        try (TableCatalog healthy = onDisk.open(disk)) {
            TableState table = TestCatalog.create(healthy, "orders");
            Process victim = KilledWriter.start(onDisk, point);
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 3 || victim.isAlive(); i++) {
                TestDatabase.append(healthy, table, "healthy-" + i).orThrow();
                expected.add("healthy-" + i);
            }

            assertThat(victim.exitValue()).isEqualTo(137);

            TestDatabase.append(healthy, table, "next").orThrow();
            expected.add("next");
            if (point == Point.AFTER_SWAP) {
                expected.add("victim");
            }
            TableAudit audit = TableAudit.of(onDisk, disk, table.identifier());
            assertThat(audit.files()).containsExactlyInAnyOrderElementsOf(expected);
            audit.isWhole().isLogged(healthy, table.identifier());
        } finally {
            DiskFiles.removeAll(warehouse);
        }
    }
}
