package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DroppedTablesTest {
    private static final TableIdentifier NAME = TestCatalog.table("orders");
    private static final UpkeepConfig DEFAULT = UpkeepConfig.DEFAULT;

    @TempDir
    Path directory;

    private final FakeClock clock = new FakeClock(Instant.now());
    private TestDatabase database;
    private TableCatalog catalog;

    @BeforeEach
    void open() {
        database = TestDatabase.sqlite(directory);
        catalog = database.open(DEFAULT, clock);
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void theFilesOfADroppedTableGoAfterTheGracePeriodAndItsCommitsWithThem() {
        Set<String> files = ours();
        String uuid = catalog.load(NAME).metadata().uuid();

        assertThat(catalog.committer().drop(NAME)).isTrue();

        sweepAfter(DEFAULT.filesGrace().minusSeconds(1));
        assertThat(database.files().deleted()).doesNotContainAnyElementsOf(files);
        sweepAfter(Duration.ofSeconds(2));
        assertThat(database.files().deleted()).containsAll(files);
        assertThat(database.files().existing()).isEmpty();
        assertThat(commits(uuid)).isEmpty();
    }

    @Test
    void aPurgeGoesByTheGracePeriodToo() {
        Set<String> files = theirs(true);

        assertThat(catalog.dropTable(NAME, true)).isTrue();

        assertThat(database.files().deleted()).isEmpty();
        sweepAfter(DEFAULT.filesGrace());
        assertThat(database.files().deleted()).containsAll(files);
    }

    @Test
    void theFilesOfATableOfAnotherEngineStayUnlessTheDropSaysPurge() {
        theirs(true);

        assertThat(catalog.dropTable(NAME, false)).isTrue();

        sweepAfter(DEFAULT.filesGrace().multipliedBy(2));
        assertThat(database.files().deleted()).isEmpty();
    }

    @Test
    void filesThatMayBeSharedStay() {
        theirs(false);

        assertThat(catalog.dropTable(NAME, true)).isTrue();

        sweepAfter(DEFAULT.filesGrace().multipliedBy(2));
        assertThat(database.files().deleted()).isEmpty();
    }

    @Test
    void aTableThatIsRegisteredAgainKeepsItsFilesAndItsHistory() {
        ours();
        String metadata = catalog.load(NAME).metadata().metadataFileLocation();
        String uuid = catalog.load(NAME).metadata().uuid();
        assertThat(catalog.committer().drop(NAME)).isTrue();
        catalog.registerTable(TestCatalog.table("back"), metadata);

        sweepAfter(DEFAULT.filesGrace().multipliedBy(2));

        assertThat(database.files().deleted()).isEmpty();
        assertThat(commits(uuid)).isNotEmpty();
        TestDatabase.append(catalog, catalog.load(TestCatalog.table("back")), "more")
                .orThrow();
    }

    @Test
    void aLeaseOfAReadHoldsTheFilesBack() throws Exception {
        Set<String> files = ours();
        String uuid = catalog.load(NAME).metadata().uuid();
        Instant started = clock.instant();
        try (CatalogDatabase connections = CatalogDatabase.open(database.config(DEFAULT))) {
            connections.transact(connection -> {
                RetiredFiles.lease(connection, "reader", uuid, 1, started, started.plus(Duration.ofHours(5)));
                return true;
            });
        }
        assertThat(catalog.committer().drop(NAME)).isTrue();

        sweepAfter(Duration.ofHours(4));
        assertThat(database.files().deleted()).isEmpty();
        sweepAfter(Duration.ofHours(2));
        assertThat(database.files().deleted()).containsAll(files);
    }

    @Test
    void aSettingKeepsTheFiles() {
        ours();
        catalog.close();
        catalog = database.open(
                new UpkeepConfig(
                        DEFAULT.history(),
                        DEFAULT.metadataGrace(),
                        DEFAULT.filesGrace(),
                        DEFAULT.ledgerRetention(),
                        DEFAULT.sweepEvery(),
                        false),
                clock);
        assertThat(catalog.committer().drop(NAME)).isTrue();

        sweepAfter(DEFAULT.filesGrace().multipliedBy(2));

        assertThat(database.files().deleted()).isEmpty();
    }

    private void sweepAfter(Duration time) {
        clock.advance(time);
        catalog.sweep();
    }

    private List<LoggedCommit> commits(String uuid) {
        try (CatalogDatabase connections = CatalogDatabase.open(database.config(DEFAULT))) {
            return connections.read(connection -> CommitLog.commits(connection, uuid, 0, Long.MAX_VALUE));
        }
    }

    private Set<String> ours() {
        TableState table = TestCatalog.create(catalog, "orders");
        TestDatabase.append(catalog, table, "a").orThrow();
        TestDatabase.append(catalog, table, "b").orThrow();
        return database.files().existing();
    }

    private Set<String> theirs(boolean collected) {
        catalog.buildTable(NAME, TestCatalog.SCHEMA)
                .withProperty("gc.enabled", Boolean.toString(collected))
                .create()
                .newAppend()
                .appendFile(TestCatalog.file("a", 1))
                .commit();
        return database.files().existing();
    }
}
