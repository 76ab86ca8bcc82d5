package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.CommitOutcome.AlreadyCommitted;
import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.HeldCommit.Waiting;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What idempotency keys promise, for each database that can hold a catalog. */
abstract class ExactlyOnceContract {
    private TestDatabase database;
    private TableCatalog catalog;
    private TableCatalog elsewhere;
    private TableState table;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = newDatabase();
        catalog = database.open();
        elsewhere = database.open();
        table = TestCatalog.create(catalog, "orders");
    }

    @AfterEach
    void close() {
        catalog.close();
        elsewhere.close();
    }

    @Test
    void writesTheKeyDownWithTheRows() {
        Committed committed = append(catalog, "first", "k1").orThrow();

        List<LedgerEntry> entries = catalog.ledger(table.metadata().uuid(), "main", List.of("k1", "k2"));
        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).snapshotId()).isEqualTo(committed.snapshotId().getAsLong());
        assertThat(entries.get(0).sequenceNumber()).isEqualTo(committed.sequenceNumber());
        assertThat(entries.get(0).key()).isEqualTo(key("k1"));
    }

    @Test
    void refusesAKeyThatIsTakenHereOrElsewhere() throws Exception {
        append(catalog, "first", "k1").orThrow();

        assertTaken(append(catalog, "again", "k1"), "k1");
        assertTaken(append(elsewhere, "once-more", "k1"), "k1");
        assertTaken(append(catalog, "with-another", "k2", "k1"), "k1");
        append(catalog, "second", "k2").orThrow();

        assertThat(files()).containsExactlyInAnyOrder("first", "second");
    }

    @Test
    void aKeyTakenElsewhereMeanwhileRemovesOnlyThatMember() throws Exception {
        Waiting taken;
        Waiting free;
        try (HeldCommit held = new HeldCommit(database.files(), () -> append(catalog, "first", "k0"))) {
            taken = HeldCommit.submit(() -> append(catalog, "taken", "k1"));
            free = HeldCommit.submit(() -> append(catalog, "free", "k2"));
            append(elsewhere, "elsewhere", "k1").orThrow();
            held.release().orThrow();
        }

        assertTaken(taken.outcome(), "k1");
        free.outcome().orThrow();
        assertThat(files()).containsExactlyInAnyOrder("first", "elsewhere", "free");
        audit().isWhole().leftNothingElse(database.files());
    }

    @Test
    void aKeyTakenWhileItsOwnCommitIsInFlightRemovesOnlyThatMember() throws Exception {
        CommitOutcome inFlight;
        try (HeldCommit held = new HeldCommit(database.files(), () -> append(catalog, "here", "k1"))) {
            append(elsewhere, "elsewhere", "k1").orThrow();
            inFlight = held.release();
        }

        assertTaken(inFlight, "k1");
        assertThat(files()).containsExactly("elsewhere");
    }

    @Test
    void aKeyTakenByAnAppendWithoutRowsMovesNoPointerAndStillCounts() throws Exception {
        append(catalog, "first").orThrow();
        Waiting taken;
        Waiting free;
        try (HeldCommit held = new HeldCommit(database.files(), () -> append(catalog, "second"))) {
            taken = HeldCommit.submit(() -> append(catalog, "taken", "k1"));
            free = HeldCommit.submit(() -> append(catalog, "free", "k2"));
            Committed empty = appendNothing(elsewhere, "k1").orThrow();
            assertThat(empty.snapshotId()).isEmpty();
            held.release().orThrow();
        }

        assertTaken(taken.outcome(), "k1");
        free.outcome().orThrow();
        assertThat(files()).containsExactlyInAnyOrder("first", "second", "free");
        assertTaken(appendNothing(catalog, "k1"), "k1");
        assertTaken(appendNothing(catalog, "k2"), "k2");
        assertThat(audit().metadata().snapshots()).hasSize(3);
    }

    @Test
    void oneKeyTwiceInAGroupIsInOnce() throws Exception {
        Waiting first;
        Waiting second;
        Waiting other;
        try (HeldCommit held = new HeldCommit(database.files(), () -> append(catalog, "held"))) {
            first = HeldCommit.submit(() -> append(catalog, "first", "k1"));
            second = HeldCommit.submit(() -> append(catalog, "second", "k1"));
            other = HeldCommit.submit(() -> append(catalog, "other", "k2"));
            held.release().orThrow();
        }

        first.outcome().orThrow();
        other.outcome().orThrow();
        assertTaken(second.outcome(), "k1");
        assertThat(files()).containsExactlyInAnyOrder("held", "first", "other");
    }

    @Test
    void aKeyIsFreeAgainWhenItsAppendDidNotFit() throws Exception {
        DataFile file = TestCatalog.file("unfit", 1);
        CommitOutcome unfit = catalog.committer()
                .append(table, "no-such-branch", List.of(file), List.of(key("k1")), SnapshotCommitter.PATIENCE);
        assertThat(unfit).isInstanceOf(CommitOutcome.Rejected.class);

        append(catalog, "fit", "k1").orThrow();

        assertThat(files()).containsExactly("fit");
    }

    @Test
    void keysBelongToABranchOfATable() throws Exception {
        append(catalog, "first", "k1").orThrow();
        catalog.committer()
                .edit(
                        table,
                        edited -> edited.manageSnapshots().createBranch("audit").commit())
                .orThrow();
        TableState other = TestCatalog.create(catalog, "other");

        catalog.committer()
                .append(
                        table,
                        "audit",
                        List.of(TestCatalog.file("audited", 1)),
                        List.of(key("k1")),
                        SnapshotCommitter.PATIENCE)
                .orThrow();
        catalog.committer()
                .append(
                        other,
                        "main",
                        List.of(TestCatalog.file("other", 1)),
                        List.of(key("k1")),
                        SnapshotCommitter.PATIENCE)
                .orThrow();

        assertThat(files()).containsExactly("first");
    }

    private CommitOutcome append(TableCatalog through, String file, String... keys) {
        return through.committer()
                .append(table, "main", List.of(TestCatalog.file(file, 1)), keys(keys), SnapshotCommitter.PATIENCE);
    }

    private CommitOutcome appendNothing(TableCatalog through, String... keys) {
        return through.committer().append(table, "main", List.of(), keys(keys), SnapshotCommitter.PATIENCE);
    }

    private static List<IdempotencyKey> keys(String... keys) {
        return java.util.Arrays.stream(keys).map(ExactlyOnceContract::key).toList();
    }

    private static IdempotencyKey key(String key) {
        return new IdempotencyKey(key, 1, "digest", "schema", "receipt");
    }

    private static void assertTaken(CommitOutcome outcome, String key) {
        assertThat(outcome).isInstanceOfSatisfying(AlreadyCommitted.class, already -> assertThat(already.entries())
                .extracting(entry -> entry.key().key())
                .containsExactly(key));
    }

    private List<String> files() throws Exception {
        return audit().files();
    }

    private TableAudit audit() throws Exception {
        return TableAudit.of(database, table.identifier());
    }
}
