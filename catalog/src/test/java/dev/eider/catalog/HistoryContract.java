package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose history is thinned, and what each branch keeps, for each database. */
abstract class HistoryContract {
    private TestDatabase database;
    private TableCatalog catalog;
    private CatalogDatabase connections;
    private TableState table;

    abstract TestDatabase newDatabase() throws Exception;

    @BeforeEach
    void open() throws Exception {
        database = newDatabase();
        catalog = database.open();
        connections = CatalogDatabase.open(database.config(UpkeepConfig.DEFAULT));
        table = TestCatalog.create(catalog, "orders");
    }

    @AfterEach
    void close() {
        connections.close();
        catalog.close();
    }

    @Test
    void aSecondBranchTakesNoSlotFromMain() throws Exception {
        UpkeepConfig slots = with(HistoryRule.parse("100ms for 1h"));
        try (TableCatalog another = database.open(slots, Clock.systemUTC())) {
            TestDatabase.append(catalog, table, "first").orThrow();
            createBranch("dev");
            long begun = current().currentSnapshot().timestampMillis();
            while (current().currentSnapshot().timestampMillis() - begun < 1_300
                    || current().lastSequenceNumber() < 120) {
                String name = "file-" + current().lastSequenceNumber();
                TestDatabase.append(another, table, name).orThrow();
                TestDatabase.append(another, table, "dev", "dev-" + name).orThrow();
            }
        }

        TableMetadata metadata = current();
        assertThat(metadata.snapshots()).hasSizeLessThan((int) metadata.lastSequenceNumber());
        Set<Long> kept =
                metadata.snapshots().stream().map(Snapshot::timestampMillis).collect(Collectors.toSet());
        TableState state = catalog.load(table.identifier());
        Map<Long, Long> heads = newestOfMain(state);
        assertThat(heads).hasSizeGreaterThan(12);
        // The last slots may not have been thinned yet, the first one has the commit before the branch.
        assertThat(kept).containsAll(heads.values());
        for (long head : heads.values()) {
            long found =
                    catalog.history().asOf(state, Instant.ofEpochMilli(head)).orElseThrow();
            assertThat(state.metadata().snapshot(found).timestampMillis()).isEqualTo(head);
        }
    }

    /** As the log has them: one commit may make several snapshots of main, of which a reader sees the last. */
    private Map<Long, Long> newestOfMain(TableState state) {
        return catalog.history().commits(state, 0, state.metadata().lastSequenceNumber()).stream()
                .filter(commit -> commit.branch().equals("main"))
                .collect(Collectors.toMap(
                        commit -> commit.committedAt().toEpochMilli() / 100,
                        commit -> commit.committedAt().toEpochMilli(),
                        Math::max));
    }

    private void createBranch(String name) {
        long head = current().currentSnapshot().snapshotId();
        catalog.committer()
                .edit(table, orders -> orders.manageSnapshots()
                        .createBranch(name, head)
                        .commit())
                .orThrow();
    }

    private static UpkeepConfig with(HistoryPolicy policy) {
        return new UpkeepConfig(
                policy, Duration.ofSeconds(60), Duration.ofHours(1), Duration.ofDays(7), Duration.ofHours(1));
    }

    @Test
    void aTableOfAnotherEngineKeepsItsSnapshotsAndMetadata() throws Exception {
        long staged = stockTable("theirs", Map.of());
        for (int i = 0; i < 60; i++) {
            TestDatabase.append(catalog, catalog.load(TestCatalog.table("theirs")), "theirs-" + i)
                    .orThrow();
        }

        TableMetadata metadata = catalog.load(TestCatalog.table("theirs")).metadata();
        // Merging manifests makes snapshots of its own.
        assertThat(appends(metadata)).hasSize(63);
        assertThat(metadata.snapshot(staged)).isNotNull();
        sweep(Duration.ofDays(1));
        assertThat(database.files().existing()).containsAll(logged(metadata));
        for (Snapshot snapshot : metadata.snapshots()) {
            assertThat(snapshot.allManifests(database.files())).isNotEmpty();
        }
    }

    @Test
    void aTableOfAnotherEngineIsThinnedIfItAsksForIt() throws Exception {
        long staged = stockTable("asks", Map.of(HistoryRule.PROPERTY, "newest 20 in 1h, all for 1ms"));
        long keeps = stockTable(
                "keeps",
                Map.of(HistoryRule.PROPERTY, "newest 20 in 1h", "history.expire.min-snapshots-to-keep", "1000"));
        for (int i = 0; i < 60; i++) {
            for (String name : List.of("asks", "keeps")) {
                TestDatabase.append(catalog, catalog.load(TestCatalog.table(name)), name + i)
                        .orThrow();
            }
        }

        TableMetadata asks = catalog.load(TestCatalog.table("asks")).metadata();
        assertThat(asks.snapshots()).hasSizeBetween(21, 50);
        assertThat(asks.snapshot(staged)).isNotNull();
        TableMetadata wants = catalog.load(TestCatalog.table("keeps")).metadata();
        assertThat(appends(wants)).hasSize(63);
        assertThat(wants.snapshot(keeps)).isNotNull();
    }

    private static List<Snapshot> appends(TableMetadata metadata) {
        return metadata.snapshots().stream()
                .filter(snapshot -> snapshot.operation().equals("append"))
                .toList();
    }

    /** Makes a table as another engine does, with two snapshots and one that is staged; returns the staged one. */
    private long stockTable(String name, Map<String, String> properties) throws Exception {
        try (JdbcCatalog stock = database.stock()) {
            Table foreign = stock.buildTable(TestCatalog.table(name), TestCatalog.SCHEMA)
                    .withProperties(properties)
                    .create();
            foreign.newAppend().appendFile(TestCatalog.file(name + "-a", 1)).commit();
            foreign.newAppend()
                    .appendFile(TestCatalog.file(name + "-staged", 1))
                    .stageOnly()
                    .commit();
            foreign.newAppend().appendFile(TestCatalog.file(name + "-b", 1)).commit();
            return ((BaseTable) foreign)
                    .operations().current().snapshots().stream()
                            .filter(snapshot -> snapshot.sequenceNumber() == 2)
                            .findFirst()
                            .orElseThrow()
                            .snapshotId();
        }
    }

    @Test
    void tablesThatWereCreatedBeforeThePropertyAreKnownByTheirOtherProperties() {
        TableMetadata current = current();
        TableMetadata former = TableMetadata.buildFrom(current)
                .removeProperties(Set.of(HistoryRule.PROPERTY))
                .setProperties(Map.of("write.metadata.previous-versions-max", "100"))
                .build();
        assertThat(HistoryRule.of(former, HistoryPolicy.DEFAULT)).isEqualTo(HistoryPolicy.DEFAULT);
        assertThat(HistoryRule.of(
                        TableMetadata.buildFrom(former)
                                .setLocation("memory://warehouse/main/orders")
                                .build(),
                        HistoryPolicy.DEFAULT))
                .isEqualTo(HistoryPolicy.KEEP);
        assertThat(HistoryRule.of(
                        TableMetadata.buildFrom(former)
                                .removeProperties(Set.of("write.metadata.delete-after-commit.enabled"))
                                .build(),
                        HistoryPolicy.DEFAULT))
                .isEqualTo(HistoryPolicy.KEEP);
    }

    private static Set<String> logged(TableMetadata metadata) {
        Set<String> logged = metadata.previousFiles().stream()
                .map(TableMetadata.MetadataLogEntry::file)
                .collect(Collectors.toSet());
        logged.add(metadata.metadataFileLocation());
        return logged;
    }

    private void sweep(Duration later) throws SQLException {
        Clock clock = Clock.fixed(Instant.now().plus(later), ZoneOffset.UTC);
        new Sweeper(connections, UpkeepConfig.DEFAULT, clock, database.files()).sweep();
    }

    private TableMetadata current() {
        return catalog.load(table.identifier()).metadata();
    }
}
