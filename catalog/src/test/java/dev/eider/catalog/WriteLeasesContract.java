package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import dev.eider.catalog.CommitOutcome.Committed;
import dev.eider.catalog.CommitOutcome.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What protects the files of writes that are still running, for each database. */
abstract class WriteLeasesContract {
    private static final Duration LONG = WriteLeases.LEASED_AFTER.plusSeconds(1);

    private final FakeClock clock = new FakeClock(Instant.now().truncatedTo(ChronoUnit.MILLIS));
    private TestDatabase database;
    private TableCatalog catalog;
    private TableCatalog other;
    private TableState table;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = newDatabase();
        catalog = database.open(UpkeepConfig.DEFAULT, clock);
        other = database.open(UpkeepConfig.DEFAULT, clock);
        table = TestCatalog.create(catalog, "orders");
    }

    @AfterEach
    void close() {
        other.close();
        catalog.close();
    }

    @Test
    void aShortWriteHasNoRowAndProvesNothing() {
        try (WriteLeases.Lease lease = begin()) {
            clock.advance(WriteLeases.LEASED_AFTER.minusSeconds(1));
            catalog.writes().beat();

            assertThat(running()).isNull();
            assertThat(append("file-that-nobody-looks-for", lease)).isInstanceOf(Committed.class);
        }
    }

    @Test
    void aLongWriteIsKnownToEveryGatewayUntilItEnds() {
        Instant started = clock.instant();
        try (WriteLeases.Lease lease = begin()) {
            for (int minute = 0; minute < 25 * 60; minute += 10) {
                clock.advance(Duration.ofMinutes(10));
                catalog.writes().beat();
                assertThat(running()).isEqualTo(started);
            }
            store("long");
            assertThat(append("long", lease)).isInstanceOf(Committed.class);
        }

        assertThat(running()).isNull();
    }

    @Test
    void aLongWriteWhoseFileIsGoneIsRefused() {
        try (WriteLeases.Lease lease = begin()) {
            clock.advance(LONG);
            catalog.writes().beat();

            assertThat(append("gone", lease))
                    .isInstanceOfSatisfying(Rejected.class, rejected -> assertThat(rejected.reason())
                            .hasMessageContaining("data/gone of a long write to table main.orders was removed"));
        }
        assertThat(catalog.load(table.identifier()).metadata().snapshots()).isEmpty();
    }

    @Test
    void aWriteWhoseLeaseHasEndedIsRefusedHoweverItsFilesLook() {
        try (WriteLeases.Lease lease = begin()) {
            store("lost");
            clock.advance(LONG);
            catalog.writes().beat();
            clock.advance(Duration.ofMinutes(31));
            // A remover of orphans asks: from now on nothing protects the files.
            assertThat(running()).isNull();
            catalog.writes().beat();

            assertThat(running()).isNull();
            refusesForItsLease(append("lost", lease));
        }
        assertThat(TestDatabase.append(catalog, table, "another")).isInstanceOf(Committed.class);
    }

    @Test
    void aLeaseThatNobodyTookAwayCanBeRenewed() {
        try (WriteLeases.Lease lease = begin()) {
            store("late");
            clock.advance(LONG);
            catalog.writes().beat();
            clock.advance(Duration.ofMinutes(31));
            catalog.writes().beat();

            assertThat(running()).isNotNull();
            assertThat(append("late", lease)).isInstanceOf(Committed.class);
        }
    }

    @Test
    void aWriteThatSleptWithoutALeaseIsRefused() {
        try (WriteLeases.Lease lease = begin()) {
            store("slept");
            clock.advance(WriteLeases.LEASE_REQUIRED_AFTER);
            catalog.writes().beat();

            assertThat(running()).isNull();
            refusesForItsLease(append("slept", lease));
        }
    }

    @Test
    void leasesOfWritesHoldNoRetiredFilesBack() {
        try (WriteLeases.Lease lease = begin()) {
            clock.advance(LONG);
            catalog.writes().beat();
            assertThat(lease.needsProof()).isTrue();
            catalog.committer()
                    .edit(table, orders -> orders.updateProperties()
                            .set("write.metadata.previous-versions-max", "1")
                            .commit())
                    .orThrow();
            TestDatabase.append(catalog, table, "a").orThrow();
            clock.advance(Duration.ofMinutes(5));

            catalog.sweep();

            assertThat(catalog.retiredFiles(table.metadata().uuid())).isEmpty();
        }
    }

    private static void refusesForItsLease(CommitOutcome outcome) {
        assertThat(outcome).isInstanceOfSatisfying(Rejected.class, rejected -> assertThat(rejected.reason())
                .hasMessageContaining("could not renew its lease in the catalog"));
    }

    private WriteLeases.Lease begin() {
        return catalog.writes().begin(table.metadata().uuid());
    }

    private Instant running() {
        return other.writes().runningSince(table.metadata().uuid()).orElse(null);
    }

    private void store(String name) {
        database.files().addFile(TestCatalog.file(name, 1).location(), new byte[1]);
    }

    private CommitOutcome append(String name, WriteLeases.Lease lease) {
        DataFile file = TestCatalog.file(name, 1);
        return catalog.committer().append(table, "main", List.of(file), List.of(), lease, SnapshotCommitter.PATIENCE);
    }
}
