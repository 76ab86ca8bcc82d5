package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import dev.eider.catalog.HistoryPolicy.Step;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What keeps commits cheap for ever, and what is known of the past all the same, for each database. */
abstract class UpkeepContract {
    /** The default policy with a day in ten seconds: Iceberg dates snapshots by the clock of the system. */
    private static final HistoryPolicy DAY_IN_TEN_SECONDS = new HistoryPolicy(
            List.of(
                    new Step(Duration.ofMillis(833), Duration.ofMillis(7)),
                    new Step(Duration.ofSeconds(10), Duration.ofMillis(104)),
                    new Step(Duration.ofSeconds(70), Duration.ofMillis(416))),
            100,
            Duration.ofMillis(35),
            Duration.ZERO);

    private static final UpkeepConfig FAST = new UpkeepConfig(
            DAY_IN_TEN_SECONDS, Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofDays(7), Duration.ofHours(1));

    private TestDatabase database;
    private TableCatalog catalog;
    private CatalogDatabase connections;
    private TableState table;

    abstract TestDatabase newDatabase() throws Exception;

    int manyCommits() {
        return 400;
    }

    @BeforeEach
    void open() throws Exception {
        database = newDatabase();
        catalog = database.open(FAST, Clock.systemUTC());
        connections = CatalogDatabase.open(database.config(FAST));
        table = TestCatalog.create(catalog, "orders");
        catalog.committer()
                .edit(table, orders -> orders.updateProperties()
                        .set("write.metadata.previous-versions-max", "1")
                        .commit())
                .orThrow();
    }

    @AfterEach
    void close() {
        connections.close();
        catalog.close();
    }

    @Test
    void manyCommitsLeaveSmallMetadataAndLoseNothing() throws Exception {
        int commits = manyCommits();
        TreeMap<Long, Long> heads = new TreeMap<>();
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < commits; i++) {
            append("file-" + i);
            Snapshot head = current().currentSnapshot();
            heads.put(head.timestampMillis(), head.sequenceNumber());
            all.add(head.snapshotId());
        }

        TableMetadata metadata = current();
        assertThat(metadata.snapshots()).hasSizeLessThan(450);
        assertThat(metadata.currentSnapshot().allManifests(database.files())).hasSizeLessThanOrEqualTo(150);
        assertThat(database.files()
                        .newInputFile(metadata.metadataFileLocation())
                        .getLength())
                .isLessThan(500_000);
        TableState state = catalog.load(table.identifier());
        for (int i = 0; i < commits; i += 97) {
            assertThat(catalog.history().isInHistory(state, all.get(i), metadata.lastSequenceNumber()))
                    .isTrue();
        }
        travelsToTheNewestKeptSnapshot(state, heads);
        sweepsOnlyWhatIsUnreachable();
        assertThat(TableAudit.of(database, table.identifier()).files())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, commits).mapToObj(i -> "file-" + i).toList());
    }

    private void travelsToTheNewestKeptSnapshot(TableState state, TreeMap<Long, Long> heads) {
        TreeMap<Long, Long> kept = new TreeMap<>();
        state.metadata().snapshots().stream()
                .sorted(java.util.Comparator.comparingLong(Snapshot::sequenceNumber))
                .forEach(snapshot -> kept.put(snapshot.timestampMillis(), snapshot.snapshotId()));
        long begin = heads.firstKey();
        long end = heads.lastKey();
        assertThat(catalog.history().asOf(state, Instant.ofEpochMilli(begin - 1)))
                .isEmpty();
        for (long instant = begin + 1_000; instant <= end + 5; instant += Math.max(1, (end - begin) / 40)) {
            long found =
                    catalog.history().asOf(state, Instant.ofEpochMilli(instant)).orElseThrow();
            assertThat(found).isEqualTo(kept.floorEntry(instant).getValue());
            long newest = heads.floorKey(instant);
            assertThat(newest - state.metadata().snapshot(found).timestampMillis())
                    .isLessThanOrEqualTo(2 * 416L);
        }
    }

    private void sweepsOnlyWhatIsUnreachable() throws Exception {
        Set<String> reachable = reachable();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            sweep(Duration.ofHours(2));
            return database.files().existing().size() <= reachable().size() + 60;
        });
        assertThat(database.files().existing()).containsAll(reachable);
        assertThat(database.files().deleted()).isNotEmpty().doesNotContainAnyElementsOf(reachable);
    }

    private Set<String> reachable() {
        TableMetadata metadata = current();
        Set<String> paths = metadata.snapshots().stream()
                .flatMap(snapshot -> snapshot.allManifests(database.files()).stream())
                .map(org.apache.iceberg.ManifestFile::path)
                .collect(Collectors.toSet());
        metadata.snapshots().forEach(snapshot -> paths.add(snapshot.manifestListLocation()));
        paths.add(metadata.metadataFileLocation());
        return paths;
    }

    @Test
    void replacedMetadataGoesAfterItsGraceAndNeverTheCurrentOne() throws Exception {
        IntStream.range(0, 5).forEach(i -> append("file-" + i));
        assertThat(metadataFiles()).hasSize(7);

        sweep(Duration.ofSeconds(30));
        assertThat(metadataFiles()).hasSize(7);
        sweep(Duration.ofSeconds(61));

        assertThat(metadataFiles()).containsExactlyInAnyOrderElementsOf(loggedMetadata());
        assertThat(TableAudit.of(database, table.identifier()).isWhole().files())
                .hasSize(5);
        try (TableCatalog another = database.open()) {
            TestDatabase.append(another, another.load(table.identifier()), "late")
                    .orThrow();
        }
    }

    @Test
    void aLeaseHoldsBackWhatWasReplacedSinceItsReadBegan() throws Exception {
        append("old");
        Instant started = Instant.now();
        Instant ends = started.plusSeconds(600);
        String needed = current().metadataFileLocation();
        Set<String> kept = loggedMetadata();
        connections.transact(connection -> {
            RetiredFiles.lease(connection, "reader", table.metadata().uuid(), 1, started, ends);
            return true;
        });
        append("new");
        append("newer");

        sweep(Duration.ofSeconds(300));
        assertThat(metadataFiles())
                .contains(needed, current().metadataFileLocation())
                .containsAll(kept);
        sweep(Duration.ofSeconds(601));

        assertThat(metadataFiles()).containsExactlyInAnyOrderElementsOf(loggedMetadata());
    }

    @Test
    void aReleasedLeaseHoldsNothingBack() throws Exception {
        Instant started = Instant.now().minusSeconds(5);
        connections.transact(connection -> {
            RetiredFiles.lease(connection, "reader", table.metadata().uuid(), 1, started, started.plusSeconds(600));
            RetiredFiles.release(connection, "reader", table.metadata().uuid(), 1);
            return true;
        });
        append("new");

        sweep(Duration.ofSeconds(61));

        assertThat(metadataFiles()).containsExactlyInAnyOrderElementsOf(loggedMetadata());
    }

    private Set<String> loggedMetadata() {
        return logged(current());
    }

    private static Set<String> logged(TableMetadata metadata) {
        Set<String> logged = metadata.previousFiles().stream()
                .map(TableMetadata.MetadataLogEntry::file)
                .collect(Collectors.toSet());
        logged.add(metadata.metadataFileLocation());
        return logged;
    }

    @Test
    void knowsTheHistoryOfATableThatRestsForLongerThanKeysAreKept() throws Exception {
        long first = appendWithKey("k1", new ArrayList<>());
        Instant between = tick();
        long second = appendWithKey("k2", new ArrayList<>());

        sweep(Duration.ofDays(8));

        TableState state = catalog.load(table.identifier());
        assertThat(catalog.ledger(state.metadata().uuid(), "main", List.of("k1", "k2")))
                .isEmpty();
        assertThat(isInHistory(second)).isTrue();
        assertThat(catalog.history().asOf(state, between)).hasValue(first);
        assertThat(catalog.history().asOf(state, Instant.now().plus(Duration.ofDays(8))))
                .hasValue(second);
    }

    @Test
    void forgetsTheOldCommitsOfRemovedSnapshots() throws Exception {
        UpkeepConfig forgetful = new UpkeepConfig(
                DAY_IN_TEN_SECONDS, FAST.metadataGrace(), FAST.filesGrace(), Duration.ofMillis(1), FAST.sweepEvery());
        try (TableCatalog another = database.open(forgetful, Clock.systemUTC())) {
            int commits = 0;
            while (current().lastSequenceNumber() < 1_000 && logged() >= commits) {
                TestDatabase.append(another, table, "file-" + commits++).orThrow();
            }

            assertThat(logged()).isLessThan(commits);
            for (Snapshot kept : current().snapshots()) {
                assertThat(isInHistory(kept.snapshotId())).isTrue();
            }
        }
    }

    private int logged() throws SQLException {
        return connections
                .run(connection -> SqlRows.select(
                        connection, row -> row.getInt(1), "SELECT COUNT(*) FROM eider_commits WHERE branch = 'main'"))
                .get(0);
    }

    @Test
    void knowsWhatAStockClientRolledBackAndForth() throws Exception {
        List<Long> snapshots = new ArrayList<>();
        List<LedgerEntry> entries = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            snapshots.add(appendWithKey("k" + i, entries));
        }
        setCurrent(snapshots.get(0));
        assertThat(rolledBack(entries)).containsExactly(false, true, true);
        assertThat(asOfNow()).isEqualTo(snapshots.get(0));

        snapshots.add(appendWithKey("k3", entries));
        assertThat(rolledBack(entries)).containsExactly(false, true, true, false);

        setCurrent(snapshots.get(2));
        assertThat(rolledBack(entries)).containsExactly(false, false, false, true);
        assertThat(asOfNow()).isEqualTo(snapshots.get(2));

        setCurrent(snapshots.get(3));
        assertThat(rolledBack(entries)).containsExactly(false, true, true, false);
        assertThat(asOfNow()).isEqualTo(snapshots.get(3));
    }

    @Test
    void knowsWhatWasCurrentBetweenACommitAndItsRollback() {
        long first = appendWithKey("k1", new ArrayList<>());
        Instant afterFirst = tick();
        long second = appendWithKey("k2", new ArrayList<>());
        Instant afterSecond = tick();
        catalog.committer()
                .edit(
                        table,
                        edited -> edited.manageSnapshots().rollbackTo(first).commit())
                .orThrow();
        Instant afterRollback = tick();
        long third = appendWithKey("k3", new ArrayList<>());

        TableState state = catalog.load(table.identifier());
        assertThat(catalog.history().asOf(state, afterFirst)).hasValue(first);
        assertThat(catalog.history().asOf(state, afterSecond)).hasValue(second);
        assertThat(catalog.history().asOf(state, afterRollback)).hasValue(first);
        assertThat(catalog.history().asOf(state, tick())).hasValue(third);
    }

    @Test
    void knowsTheCommitsOfStockClientsAndKeepsKnowingWhatTheyExpire() throws Exception {
        List<LedgerEntry> entries = new ArrayList<>();
        long ours = appendWithKey("k1", entries);
        long foreign = stockAppend("foreign-1");
        assertThat(isInHistory(ours)).isTrue();
        assertThat(isInHistory(foreign)).isTrue();

        long unseen = stockAppend("foreign-2");
        long newest = stockAppend("foreign-3");
        try (JdbcCatalog stock = database.stock()) {
            stock.loadTable(table.identifier())
                    .expireSnapshots()
                    .expireSnapshotId(ours)
                    .expireSnapshotId(foreign)
                    .expireSnapshotId(unseen)
                    .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                    .commit();
        }

        assertThat(isInHistory(newest)).isTrue();
        assertThat(isInHistory(ours)).isTrue();
        assertThat(isInHistory(foreign)).isTrue();
        assertThat(rolledBack(entries)).containsExactly(false);
        append("ours-again");
        assertThat(TableAudit.of(database, table.identifier()).files())
                .containsExactlyInAnyOrder("k1", "foreign-1", "foreign-2", "foreign-3", "ours-again");
    }

    private long stockAppend(String file) throws Exception {
        try (JdbcCatalog stock = database.stock()) {
            var foreign = stock.loadTable(table.identifier());
            foreign.newAppend().appendFile(TestCatalog.file(file, 1)).commit();
            return foreign.currentSnapshot().snapshotId();
        }
    }

    private void setCurrent(long snapshotId) throws Exception {
        try (JdbcCatalog stock = database.stock()) {
            stock.loadTable(table.identifier())
                    .manageSnapshots()
                    .setCurrentSnapshot(snapshotId)
                    .commit();
        }
    }

    private long appendWithKey(String key, List<LedgerEntry> entries) {
        long snapshot = catalog.committer()
                .append(
                        table,
                        "main",
                        List.of(TestCatalog.file(key, 1)),
                        List.of(new IdempotencyKey(key, 1, "", "", "")),
                        SnapshotCommitter.PATIENCE)
                .orThrow()
                .snapshotId()
                .getAsLong();
        entries.addAll(catalog.ledger(table.metadata().uuid(), "main", List.of(key)));
        return snapshot;
    }

    private List<Boolean> rolledBack(List<LedgerEntry> entries) {
        TableState state = catalog.load(table.identifier());
        return entries.stream()
                .map(entry -> catalog.history().isRolledBack(state, "main", entry))
                .toList();
    }

    private boolean isInHistory(long snapshotId) {
        TableState state = catalog.load(table.identifier());
        return catalog.history().isInHistory(state, snapshotId, state.metadata().lastSequenceNumber());
    }

    private long asOfNow() {
        return catalog.history().asOf(catalog.load(table.identifier()), tick()).orElseThrow();
    }

    /** Returns an instant that is later than all that has happened and earlier than all that will. */
    private static Instant tick() {
        long before = System.currentTimeMillis();
        await().pollInterval(Duration.ofMillis(1)).until(() -> System.currentTimeMillis() > before + 1);
        return Instant.ofEpochMilli(before + 1);
    }

    private void append(String file) {
        TestDatabase.append(catalog, table, file).orThrow();
    }

    private void sweep(Duration later) throws SQLException {
        Clock clock = Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC);
        new Sweeper(connections, FAST, clock, database.files()).sweep();
    }

    private List<String> metadataFiles() {
        return database.files().existing().stream()
                .filter(location -> location.endsWith(".metadata.json"))
                .toList();
    }

    private TableMetadata current() {
        return catalog.load(table.identifier()).metadata();
    }
}
