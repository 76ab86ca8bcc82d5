package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of files that nothing current refers to any more. */
class RetirementTest {
    private static final Duration GRACE = UpkeepConfig.DEFAULT.filesGrace();

    @TempDir
    Path directory;

    private final FakeClock clock = new FakeClock(Instant.now());
    private TestDatabase database;
    private TableCatalog catalog;
    private TableState table;

    @BeforeEach
    void open() {
        database = TestDatabase.sqlite(directory);
        catalog = database.open(UpkeepConfig.DEFAULT, clock);
        table = TestCatalog.create(catalog, "orders");
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void filesOfAnExpiredSnapshotStayForTheGracePeriod() {
        DataFile first = append("first");
        DataFile second = append("second");
        List<String> lists = manifestLists();
        edit(orders -> orders.newRewrite()
                .deleteFile(first)
                .deleteFile(second)
                .addFile(TestCatalog.file("both", 2))
                .commit());

        // Iceberg's own clean-up would take the files away at once.
        edit(orders -> orders.expireSnapshots()
                .expireOlderThan(Long.MAX_VALUE)
                .retainLast(1)
                .commit());

        awaitRetired(Stream.concat(lists.stream(), Stream.of(first.location(), second.location())));
        clock.advance(GRACE.minusSeconds(1));
        catalog.sweep();
        assertThat(database.files().existing()).containsAll(lists);
        clock.advance(Duration.ofSeconds(2));
        catalog.sweep();
        assertThat(database.files().existing()).doesNotContainAnyElementsOf(lists);
        assertThat(database.files().deleted())
                .contains(first.location(), second.location())
                .doesNotContain(TestCatalog.file("both", 2).location());
    }

    @Test
    void filesOfARolledBackSnapshotGoOnceItIsExpired() {
        append("kept");
        long kept = current().currentSnapshot().snapshotId();
        DataFile lost = append("lost");
        edit(orders -> orders.manageSnapshots().rollbackTo(kept).commit());

        edit(orders -> orders.expireSnapshots()
                .expireOlderThan(Long.MAX_VALUE)
                .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                .commit());

        awaitRetired(Stream.of(lost.location()));
        clock.advance(GRACE.plusSeconds(1));
        catalog.sweep();
        assertThat(database.files().deleted())
                .contains(lost.location())
                .doesNotContain(TestCatalog.file("kept", 1).location());
    }

    @Test
    void filesOfATableThatForbidsItStay() {
        append("first");
        String list = manifestLists().get(0);
        append("second");
        edit(orders -> orders.updateProperties().set("gc.enabled", "false").commit());

        edit(orders -> {
            TableOperations operations = ((BaseTable) orders).operations();
            TableMetadata metadata = operations.current();
            long oldest = metadata.snapshots().get(0).snapshotId();
            operations.commit(
                    metadata,
                    TableMetadata.buildFrom(metadata)
                            .removeSnapshots(Set.of(oldest))
                            .build());
        });

        assertThat(current().snapshots()).hasSize(1);
        append("third");
        clock.advance(GRACE.multipliedBy(2));
        catalog.sweep();
        assertThat(database.files().existing()).contains(list);
    }

    @Test
    void manifestListsAreRetiredInTheCommitThatRemovesTheirSnapshots() {
        append("first");
        List<String> lists = manifestLists();
        append("second");

        edit(orders -> orders.expireSnapshots()
                .expireOlderThan(Long.MAX_VALUE)
                .retainLast(1)
                .commit());

        assertThat(catalog.retiredFiles(table.metadata().uuid())).containsAll(lists);
    }

    @Test
    void deletedRowsGoWithTheLastSnapshotThatHasThemHoweverLateThatIs() {
        edit(orders ->
                orders.updateProperties().set(HistoryRule.PROPERTY, "keep").commit());
        DataFile deleted = append("deleted");
        long first = current().currentSnapshot().snapshotId();
        edit(orders -> orders.newDelete().deleteFile(deleted).commit());
        long deletion = current().currentSnapshot().snapshotId();
        append("later");
        long later = current().currentSnapshot().snapshotId();
        expire(deletion);
        clock.advance(Duration.ofDays(8));
        append("last");
        expire(later);

        expire(first);

        awaitRetired(Stream.of(deleted.location()));
    }

    private void expire(long snapshotId) {
        String list = current().snapshot(snapshotId).manifestListLocation();
        edit(orders -> orders.expireSnapshots()
                .expireSnapshotId(snapshotId)
                .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                .commit());
        awaitRetired(Stream.of(list));
    }

    @Test
    void filesThatCannotBeRemovedDoNotStandInTheWayOfOthers() throws Exception {
        Instant old = clock.instant().minusSeconds(7_200);
        try (CatalogDatabase connections = CatalogDatabase.open(database.config(UpkeepConfig.DEFAULT))) {
            connections.transact(connection -> {
                for (int i = 0; i < 4_100; i++) {
                    RetiredFiles.insert(
                            connection, new RetiredFile("memory://stuck/" + i, "none", old, old.plusMillis(i)));
                }
                RetiredFiles.insert(connection, new RetiredFile("memory://free", "none", old, old.plusSeconds(60)));
                return true;
            });
            Stubborn files = new Stubborn();
            Sweeper sweeper = new Sweeper(connections, UpkeepConfig.DEFAULT, clock, files);

            sweeper.sweep();
            assertThat(files.deleted()).contains("memory://free");
            assertThat(files.refused).isEqualTo(4_100);
            sweeper.sweep();
            assertThat(files.refused).isEqualTo(4_100);

            // They wait for half of the two hours that they are retired, then for longer.
            clock.advance(Duration.ofMinutes(61));
            sweeper.sweep();
            assertThat(files.refused).isEqualTo(8_200);
            clock.advance(Duration.ofMinutes(61));
            sweeper.sweep();
            assertThat(files.refused).isEqualTo(8_200);
            files.open = true;
            clock.advance(Duration.ofHours(6));
            sweeper.sweep();
            assertThat(catalog.retiredFiles("none")).isEmpty();
        }
    }

    /** Files of which some cannot be removed for a while. */
    private static final class Stubborn extends InMemoryFileIO {
        private final List<String> deleted = new ArrayList<>();
        private int refused;
        private boolean open;

        List<String> deleted() {
            return deleted;
        }

        @Override
        public void deleteFile(String location) {
            if (!open && location.startsWith("memory://stuck/")) {
                refused++;
                throw new IllegalStateException("The disk is read-only");
            }
            deleted.add(location);
        }
    }

    @Test
    void aMomentLongAgoIsKnownWhenTheLogHasForgottenTheRest() {
        append("first");
        long first = current().currentSnapshot().snapshotId();
        Instant then = Instant.ofEpochMilli(current().currentSnapshot().timestampMillis());

        clock.advance(Duration.ofDays(30));
        catalog.sweep();

        assertThat(catalog.history().asOf(catalog.load(table.identifier()), clock.instant()))
                .hasValue(first);
        assertThat(catalog.history().asOf(catalog.load(table.identifier()), then))
                .hasValue(first);
        assertThat(catalog.history().asOf(catalog.load(table.identifier()), then.minusMillis(1)))
                .isEmpty();
    }

    @Test
    void aTableIsFoundWhoseMetadataFileGoesWhileItIsLookedUp() {
        append("first");
        edit(orders -> orders.updateProperties()
                .set("write.metadata.previous-versions-max", "1")
                .commit());
        AtomicReference<Runnable> before = new AtomicReference<>(() -> {});
        // The reader has just been told the name of the metadata file when it is replaced, and the old one swept.
        before.set(() -> {
            before.set(() -> {});
            append("second");
            append("third");
            clock.advance(UpkeepConfig.DEFAULT.metadataGrace().multipliedBy(2));
            catalog.sweep();
        });

        try (TableCatalog reader = database.open(new BeforeRead(database.files(), before))) {
            TableState found = reader.load(table.identifier());

            assertThat(found.metadata().snapshots()).hasSize(3);
        }
    }

    /** Files of others, and what happens before one of them is opened. */
    private static final class BeforeRead extends InMemoryFileIO {
        private final KeptFiles files;
        private final AtomicReference<Runnable> before;

        BeforeRead(KeptFiles files, AtomicReference<Runnable> before) {
            this.files = files;
            this.before = before;
        }

        @Override
        public InputFile newInputFile(String location) {
            before.get().run();
            return files.newInputFile(location);
        }

        @Override
        public OutputFile newOutputFile(String location) {
            return files.newOutputFile(location);
        }
    }

    private DataFile append(String name) {
        DataFile file = TestCatalog.file(name, 1);
        TestCatalog.append(catalog.committer(), table, file).orThrow();
        return file;
    }

    private void edit(Consumer<Table> edit) {
        catalog.committer().edit(table, edit).orThrow();
    }

    private TableMetadata current() {
        return catalog.load(table.identifier()).metadata();
    }

    private List<String> manifestLists() {
        return new ArrayList<>(current().snapshots().stream()
                .map(Snapshot::manifestListLocation)
                .toList());
    }

    private void awaitRetired(Stream<String> locations) {
        Set<String> expected = locations.collect(Collectors.toSet());
        await().until(() -> catalog.retiredFiles(table.metadata().uuid()).containsAll(expected));
    }
}
