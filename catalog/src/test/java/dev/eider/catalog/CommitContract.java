package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.CommitOutcome.Rejected;
import dev.eider.catalog.HeldCommit.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds for changes of one process that want the same table at once, for each database that can hold a catalog. */
abstract class CommitContract {
    private TestDatabase database;
    private TableCatalog catalog;
    private TableState table;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = newDatabase();
        catalog = database.open();
        table = TestCatalog.create(catalog, "orders");
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void appendsThatWaitShareOneSnapshot() throws Exception {
        List<Waiting> waiting = new ArrayList<>();
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("first"))) {
            for (int i = 0; i < 12; i++) {
                String file = "waiting-" + i;
                waiting.add(HeldCommit.submit(() -> append(file)));
            }
            held.release().orThrow();
        }

        List<Committed> together =
                waiting.stream().map(each -> each.outcome().orThrow()).toList();
        assertThat(together).allMatch(in -> in.groupSize() == 12 && in.sequenceNumber() == 2);
        assertThat(together)
                .extracting(Committed::snapshotId)
                .containsOnly(OptionalLong.of(current().currentSnapshot().snapshotId()));
        assertThat(current().snapshots()).hasSize(2);
        assertThat(audit().isWhole().files()).hasSize(13).doesNotHaveDuplicates();
    }

    @Test
    void changesHappenInTheOrderInWhichTheyCame() throws Exception {
        List<Waiting> waiting = new ArrayList<>();
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("first"))) {
            for (int i = 0; i < 6; i++) {
                String number = Integer.toString(i);
                waiting.add(submitEdit(edited -> edited.updateProperties()
                        .set("order", edited.properties().getOrDefault("order", "") + number)
                        .commit()));
            }
            held.release();
        }

        waiting.forEach(each -> each.outcome().orThrow());
        assertThat(current().properties()).containsEntry("order", "012345");
    }

    @Test
    void badAppendsNeverFailTheOthers() throws Exception {
        TableState other = TestCatalog.create(catalog, "other");
        TableState impostor = new TableState(table.identifier(), other.metadata(), false, table.io());
        TableState widened = new TableState(
                table.identifier(),
                table.metadata()
                        .updateSchema(new org.apache.iceberg.Schema(
                                Types.NestedField.required(1, "id", Types.LongType.get()),
                                Types.NestedField.optional(3, "extra", Types.StringType.get()))),
                false,
                table.io());
        List<Waiting> bad = new ArrayList<>();
        List<Waiting> good = new ArrayList<>();
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("first"))) {
            good.add(HeldCommit.submit(() -> append("good-1")));
            bad.add(HeldCommit.submit(() -> append(table, fileOfUnknownSpec())));
            bad.add(HeldCommit.submit(() -> append(impostor, TestCatalog.file("impostor", 1))));
            bad.add(HeldCommit.submit(() -> append(widened, TestCatalog.file("widened", 1))));
            bad.add(HeldCommit.submit(() -> TestDatabase.append(catalog, table, "no-such-branch", "branchless")));
            bad.add(submitEdit(edited -> {
                throw new org.apache.iceberg.exceptions.RuntimeIOException("its own disk is full");
            }));
            good.add(HeldCommit.submit(() -> append("good-2")));
            held.release();
        }

        assertThat(bad).allMatch(each -> each.outcome() instanceof Rejected);
        good.forEach(each -> each.outcome().orThrow());
        assertThat(audit().isWhole().files()).containsExactlyInAnyOrder("first", "good-1", "good-2");
    }

    @Test
    void differentTablesCommitInParallel() throws Exception {
        TableState other = TestCatalog.create(catalog, "other");
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("held"))) {
            append(other, TestCatalog.file("free", 1)).orThrow();

            held.release().orThrow();
        }
    }

    @Test
    void editsTakeTheirTurnAmongAppends() throws Exception {
        append("old").orThrow();
        long before = current().currentSnapshot().snapshotId();
        List<Waiting> waiting = new ArrayList<>();
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("first"))) {
            waiting.add(HeldCommit.submit(() -> append("rolled-back")));
            waiting.add(submitEdit(
                    edited -> edited.manageSnapshots().rollbackTo(before).commit()));
            waiting.add(HeldCommit.submit(() -> append("second")));
            waiting.add(submitEdit(edited -> edited.newOverwrite()
                    .overwriteByRowFilter(Expressions.alwaysTrue())
                    .addFile(TestCatalog.file("overwritten", 1))
                    .commit()));
            waiting.add(submitEdit(edited -> edited.updateSchema()
                    .addColumn("extra", Types.IntegerType.get())
                    .commit()));
            waiting.add(HeldCommit.submit(() -> append("unfit")));
            held.release();
        }

        Committed rolledBack = waiting.get(0).outcome().orThrow();
        Committed second = waiting.get(2).outcome().orThrow();
        assertThat(waiting.get(1).outcome()).isInstanceOf(Committed.class);
        assertThat(waiting.get(3).outcome()).isInstanceOf(Committed.class);
        assertThat(waiting.get(4).outcome()).isInstanceOf(Committed.class);
        assertRejected(waiting.get(5).outcome(), ErrorCode.COMMIT_CONFLICT);
        assertThat(audit().isWhole().files()).containsExactly("overwritten");
        assertThat(current().schema().findField("extra")).isNotNull();
        TableState now = catalog.load(table.identifier());
        assertThat(rolledBack.snapshotId()).isNotEqualTo(second.snapshotId());
        assertThat(isInHistory(now, rolledBack)).isFalse();
        assertThat(isInHistory(now, second)).isTrue();
    }

    private boolean isInHistory(TableState now, Committed commit) {
        return catalog.history()
                .isInHistory(
                        now, commit.snapshotId().getAsLong(), now.metadata().lastSequenceNumber());
    }

    @Test
    void appendsToTwoBranchesShareOneSwap() throws Exception {
        append("first").orThrow();
        catalog.committer()
                .edit(
                        table,
                        edited -> edited.manageSnapshots().createBranch("audit").commit())
                .orThrow();
        Waiting main;
        Waiting branch;
        int swaps;
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("second"))) {
            main = HeldCommit.submit(() -> append("third"));
            branch = HeldCommit.submit(() -> TestDatabase.append(catalog, table, "audit", "audited"));
            held.release();
            swaps = current().previousFiles().size();
        }

        main.outcome().orThrow();
        long audited = branch.outcome().orThrow().snapshotId().getAsLong();
        assertThat(current().previousFiles().size()).isLessThanOrEqualTo(swaps + 1);
        assertThat(current().ref("audit").snapshotId()).isEqualTo(audited);
        Map<String, String> summary = current().snapshot(audited).summary();
        assertThat(current().currentSnapshot().summary())
                .containsEntry(CommitId.SUMMARY_PROPERTY, summary.get(CommitId.SUMMARY_PROPERTY));
        assertThat(audit().files()).containsExactlyInAnyOrder("first", "second", "third");
    }

    @Test
    void aDropComesBeforeOrAfterAnAppend() throws Exception {
        List<Waiting> waiting = new ArrayList<>();
        CompletableFuture<Boolean> dropped = new CompletableFuture<>();
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("first"))) {
            waiting.add(HeldCommit.submit(() -> append("before")));
            waiting.add(HeldCommit.submit(() -> {
                dropped.complete(catalog.committer().drop(table.identifier()));
                return new Rejected(TableCatalog.notFound(table.identifier()));
            }));
            waiting.add(HeldCommit.submit(() -> append("after")));
            held.release().orThrow();
        }

        waiting.get(0).outcome().orThrow();
        assertThat(dropped.get(30, TimeUnit.SECONDS)).isTrue();
        assertRejected(waiting.get(2).outcome(), ErrorCode.TABLE_NOT_FOUND);
        assertThat(catalog.find(table.identifier())).isEmpty();
    }

    @Test
    void anotherProcessRenamesAndDropsATableInMidAppend() throws Exception {
        try (TableCatalog other = database.open()) {
            CommitOutcome renamed;
            try (HeldCommit held = new HeldCommit(database.files(), () -> append("held"))) {
                other.renameTable(table.identifier(), TestCatalog.table("renamed"));
                renamed = held.release();
            }
            assertRejected(renamed, ErrorCode.TABLE_NOT_FOUND);
            assertThat(TableAudit.of(database, TestCatalog.table("renamed")).files())
                    .isEmpty();

            other.renameTable(TestCatalog.table("renamed"), table.identifier());
            append("in").orThrow();
            CommitOutcome dropped;
            try (HeldCommit held = new HeldCommit(database.files(), () -> append("held"))) {
                other.dropTable(table.identifier(), false);
                dropped = held.release();
            }
            assertRejected(dropped, ErrorCode.TABLE_NOT_FOUND);
        }
        assertThat(catalog.list()).isEmpty();
    }

    @Test
    void anExpiredPatienceChangesNothing() throws Exception {
        CommitOutcome impatient;
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("first"))) {
            impatient = catalog.committer()
                    .append(table, "main", List.of(TestCatalog.file("late", 1)), List.of(), Duration.ofMillis(5));
            held.release().orThrow();
        }

        append("next").orThrow();
        assertRejected(impatient, ErrorCode.TIMED_OUT);
        assertThat(audit().files()).containsExactlyInAnyOrder("first", "next");
    }

    @Test
    void anInterruptedWaiterHarmsNobodyElse() throws Exception {
        Waiting interrupted;
        Waiting patient;
        try (HeldCommit held = new HeldCommit(database.files(), () -> append("first"))) {
            interrupted = HeldCommit.submit(() -> append("interrupted"));
            patient = HeldCommit.submit(() -> append("patient"));
            interrupted.thread().interrupt();
            assertRejected(interrupted.outcome(), ErrorCode.CANCELLED);
            held.release().orThrow();
        }

        patient.outcome().orThrow();
        assertThat(audit().files()).containsExactlyInAnyOrder("first", "patient");
    }

    @Test
    void anInterruptDuringTheCommitHarmsNobody() throws Exception {
        CompletableFuture<Thread> caller = new CompletableFuture<>();
        try (HeldCommit held = new HeldCommit(database.files(), () -> {
            caller.complete(Thread.currentThread());
            CommitOutcome outcome = append("first");
            assertThat(Thread.interrupted()).isTrue();
            return outcome;
        })) {
            caller.get().interrupt();
            held.release().orThrow();
        }

        assertThat(audit().isWhole().files()).containsExactly("first");
    }

    @Test
    void aTableThatWasRegisteredTwiceKeepsItsMetadata() {
        append("first").orThrow();
        String shared = current().metadataFileLocation();
        catalog.registerTable(TestCatalog.table("copy"), shared);
        append("second").orThrow();

        CatalogDatabase connections = CatalogDatabase.open(database.config(database.uri()));
        try (connections) {
            new Sweeper(
                            connections,
                            CatalogConfig.UpkeepConfig.DEFAULT,
                            java.time.Clock.offset(java.time.Clock.systemUTC(), Duration.ofMinutes(2)),
                            database.files())
                    .sweep();
        }

        assertThat(database.files().existing()).contains(shared);
    }

    private CommitOutcome append(String file) {
        return append(table, TestCatalog.file(file, 1));
    }

    private CommitOutcome append(TableState target, DataFile file) {
        return TestCatalog.append(catalog.committer(), target, file);
    }

    private Waiting submitEdit(Consumer<Table> edit) {
        return HeldCommit.submit(() -> catalog.committer().edit(table, edit));
    }

    private static DataFile fileOfUnknownSpec() {
        PartitionSpec unknown = PartitionSpec.builderFor(TestCatalog.SCHEMA)
                .withSpecId(7)
                .identity("name")
                .build();
        return DataFiles.builder(unknown)
                .withPath("memory://warehouse/data/unknown-spec")
                .withFileSizeInBytes(1)
                .withRecordCount(1)
                .withPartitionPath("name=x")
                .withFormat("parquet")
                .build();
    }

    private static void assertRejected(CommitOutcome outcome, ErrorCode code) {
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, rejected -> assertThat(
                        rejected.reason().code())
                .isEqualTo(code));
    }

    private org.apache.iceberg.TableMetadata current() {
        return catalog.load(table.identifier()).metadata();
    }

    private TableAudit audit() throws Exception {
        return TableAudit.of(database, table.identifier());
    }
}
