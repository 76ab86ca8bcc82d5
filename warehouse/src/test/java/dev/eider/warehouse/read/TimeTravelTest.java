package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.SnapshotListing;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows a moment of the past had, whatever was taken out of the history since. */
@Tag("storage")
class TimeTravelTest {
    @TempDir
    Path directory;

    private TestWarehouse test;
    private TableCatalog catalog;

    @BeforeEach
    void open() {
        test = new TestWarehouse(directory);
        catalog = test.catalog();
    }

    @AfterEach
    void everyBufferIsFreed() {
        catalog.close();
        test.close();
    }

    @Test
    void givesTheNewestKeptSnapshotOfAThinnedHistory() {
        List<SnapshotListing> all = appendOneRowTimes(6);

        remove(all.get(2), all.get(4));

        assertThat(snapshots()).hasSize(4);
        assertThat(rowsAsOf(at(all, 0))).isEqualTo(1);
        assertThat(rowsAsOf(at(all, 1))).isEqualTo(2);
        assertThat(rowsAsOf(at(all, 2))).isEqualTo(2);
        assertThat(rowsAsOf(at(all, 3))).isEqualTo(4);
        assertThat(rowsAsOf(at(all, 4))).isEqualTo(4);
        assertThat(rowsAsOf(at(all, 5))).isEqualTo(6);
        assertThat(rowsAsOf(at(all, 5).plusSeconds(60))).isEqualTo(6);
    }

    @Test
    void namesWhatThereIsBeforeTheOldestKeptSnapshot() {
        List<SnapshotListing> all = appendOneRowTimes(3);

        remove(all.get(0));

        assertThatThrownBy(() -> rowsAsOf(at(all, 0)))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND))
                .hasMessageContaining("no snapshot as of")
                .hasMessageContaining(Long.toString(all.get(1).snapshotId()));
    }

    @Test
    void seesARollBackOnlyAfterItHappened() {
        List<SnapshotListing> all = appendOneRowTimes(3);
        edit(table ->
                table.manageSnapshots().rollbackTo(all.get(0).snapshotId()).commit());
        Instant rolledBack = afterNow();
        append(1);

        assertThat(rowsAsOf(at(all, 1))).isEqualTo(2);
        assertThat(rowsAsOf(at(all, 2))).isEqualTo(3);
        assertThat(rowsAsOf(rolledBack)).isEqualTo(1);
        assertThat(rowsAsOf(Instant.now())).isEqualTo(2);
    }

    @Test
    void seesARollBackInAThinnedHistory() {
        List<SnapshotListing> all = appendOneRowTimes(5);
        edit(table ->
                table.manageSnapshots().rollbackTo(all.get(2).snapshotId()).commit());
        Instant rolledBack = afterNow();
        append(1);

        remove(all.get(1), all.get(3));

        assertThat(rowsAsOf(at(all, 1))).isEqualTo(1);
        assertThat(rowsAsOf(at(all, 3))).isEqualTo(3);
        assertThat(rowsAsOf(at(all, 4))).isEqualTo(5);
        assertThat(rowsAsOf(rolledBack)).isEqualTo(3);
        assertThat(rowsAsOf(Instant.now())).isEqualTo(4);
    }

    @Test
    void givesWhatAForeignClientCommittedAndThinned() {
        List<SnapshotListing> all = appendOneRowTimes(4);

        try (TableCatalog foreign = test.catalog()) {
            Table table = foreign.loadTable(TestWarehouse.table("t"));
            table.expireSnapshots()
                    .expireSnapshotId(all.get(1).snapshotId())
                    .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                    .commit();
        }

        assertThat(rowsAsOf(at(all, 0))).isEqualTo(1);
        assertThat(rowsAsOf(at(all, 1))).isEqualTo(1);
        assertThat(rowsAsOf(at(all, 3))).isEqualTo(4);
    }

    private List<SnapshotListing> appendOneRowTimes(int times) {
        for (int i = 0; i < times; i++) {
            append(1);
            afterNow();
        }
        return new ArrayList<>(snapshots());
    }

    private void append(int rows) {
        test.append("t", TestRows.numbered(test.allocator(), 0, rows, 1));
    }

    private List<SnapshotListing> snapshots() {
        return test.warehouse().snapshots(TestWarehouse.table("t"));
    }

    private static Instant at(List<SnapshotListing> snapshots, int index) {
        return snapshots.get(index).committedAt();
    }

    /** Waits until the clock has moved on, and returns a moment that is over. */
    private static Instant afterNow() {
        Instant now = Instant.now();
        Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> Instant.now()
                .isAfter(now.plusMillis(5)));
        return now.plusMillis(2);
    }

    private long rowsAsOf(Instant instant) {
        return Long.parseLong(test.query("SELECT count(*) FROM t AT (TIMESTAMP => TIMESTAMPTZ '%s')".formatted(instant))
                .get(0));
    }

    private void remove(SnapshotListing... snapshots) {
        Set<Long> ids =
                Arrays.stream(snapshots).map(SnapshotListing::snapshotId).collect(Collectors.toSet());
        edit(table -> {
            TableOperations operations = ((BaseTable) table).operations();
            TableMetadata metadata = operations.current();
            operations.commit(
                    metadata,
                    TableMetadata.buildFrom(metadata).removeSnapshots(ids).build());
        });
    }

    private void edit(Consumer<Table> edit) {
        catalog.committer().edit(catalog.load(TestWarehouse.table("t")), edit).orThrow();
    }
}
