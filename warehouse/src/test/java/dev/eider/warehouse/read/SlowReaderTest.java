package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.FakeClock;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.arrow.vector.BigIntVector;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads of snapshots that another process replaces, expires and cleans up meanwhile. */
@Tag("storage")
class SlowReaderTest {
    private static final Duration GRACE = UpkeepConfig.DEFAULT.filesGrace();
    private static final int FILES = 8;
    /** More than the engine reads ahead, so that the last files are opened late. */
    private static final int ROWS_OF_A_FILE = 120_000;

    private static final int ROWS = FILES * ROWS_OF_A_FILE;

    @TempDir
    Path directory;

    private final FakeClock clock = new FakeClock(Instant.now());
    private TestWarehouse test;
    private TableCatalog other;

    @BeforeEach
    void fillATableOfSeveralFiles() {
        test = new TestWarehouse(directory, clock);
        other = test.catalog();
        for (int i = 0; i < FILES; i++) {
            test.append("t", TestRows.numbered(test.allocator(), (long) i * ROWS_OF_A_FILE, ROWS_OF_A_FILE / 4, 4));
        }
    }

    @AfterEach
    void everyBufferIsFreed() {
        other.close();
        test.close();
    }

    @Test
    void finishesWithTheRowsOfItsSnapshotWhateverBecomesOfIt() throws IOException {
        Set<String> old = dataFiles();
        BoundQuery query = bind();
        try (QueryRun run = test.warehouse().run(query, test.allocator())) {
            BitSet seen = new BitSet();
            assertThat(run.reader().loadNextBatch()).isTrue();
            collect(run, seen);

            compactAndExpire();
            letPass(GRACE.multipliedBy(3));

            assertThat(test.files()).containsAll(old);
            assertThat(leases()).isEqualTo(1);
            readOn(run, seen);
        }
        test.sweep();
        assertThat(leases()).isZero();
        assertThat(test.files()).doesNotContainAnyElementsOf(old);
        assertThat(test.query("SELECT count(*), sum(id) FROM t"))
                .containsExactly(ROWS + "|" + (long) ROWS * (ROWS - 1) / 2);
    }

    @Test
    void beginsWithATicketWhoseSnapshotIsExpiredAlready() throws IOException {
        Set<String> old = dataFiles();
        String ticket = test.warehouse().ticket(bind());
        compactAndExpire();
        clock.advance(ReadConfig.TICKET_LIFETIME.minusSeconds(1));
        other.sweep();

        try (TestWarehouse another = new TestWarehouse(directory, clock);
                QueryRun run = another.warehouse().run(another.warehouse().redeem(ticket), another.allocator())) {
            BitSet seen = new BitSet();
            assertThat(run.reader().loadNextBatch()).isTrue();
            collect(run, seen);
            for (int i = 0; i < 24; i++) {
                clock.advance(GRACE.dividedBy(8));
                another.sweep();
                other.sweep();
            }
            readOn(run, seen);
        }
        other.sweep();
        assertThat(test.files()).doesNotContainAnyElementsOf(old);
    }

    @Test
    void leavesNoTraceInTheCatalogWhenItIsQuick() {
        compactAndExpire();

        assertThat(test.rows(bind())).hasSize(ROWS);
        letPass(GRACE.plusMinutes(1));

        assertThat(leases()).isZero();
        assertThat(retiredDataFiles()).isZero();
    }

    private BoundQuery bind() {
        return ((SqlStatement.Query) test.warehouse().prepare("SELECT id FROM t")).query();
    }

    /** Passes time in the steps of a heartbeat, with both processes awake. */
    private void letPass(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(GRACE.dividedBy(8))) {
            clock.advance(GRACE.dividedBy(8));
            test.sweep();
            other.sweep();
        }
    }

    private static void readOn(QueryRun run, BitSet seen) {
        try {
            while (run.reader().loadNextBatch()) {
                collect(run, seen);
            }
        } catch (IOException | RuntimeException e) {
            EiderException failure = run.failure(e);
            throw new AssertionError(failure.text(), failure);
        }
        assertThat(seen.cardinality()).isEqualTo(ROWS);
        assertThat(seen.length()).isEqualTo(ROWS);
    }

    private static void collect(QueryRun run, BitSet seen) throws IOException {
        BigIntVector ids = (BigIntVector) run.reader().getVectorSchemaRoot().getVector("id");
        for (int row = 0; row < ids.getValueCount(); row++) {
            int id = Math.toIntExact(ids.get(row));
            assertThat(seen.get(id)).as("row %d twice", id).isFalse();
            seen.set(id);
        }
    }

    /** Replaces all files by others of the same rows, takes the old snapshots out, and waits until that is noted. */
    private void compactAndExpire() {
        test.append("compacted", TestRows.numbered(test.allocator(), 0, ROWS / 32, 32));
        Set<DataFile> added = files(other.load(TestWarehouse.table("compacted")).table());
        edit(table -> {
            var rewrite = table.newRewrite();
            files(table).forEach(rewrite::deleteFile);
            added.forEach(rewrite::addFile);
            rewrite.commit();
        });
        edit(table -> {
            var expiry = table.expireSnapshots().cleanupLevel(ExpireSnapshots.CleanupLevel.NONE);
            table.snapshots().forEach(snapshot -> {
                if (snapshot.snapshotId() != table.currentSnapshot().snapshotId()) {
                    expiry.expireSnapshotId(snapshot.snapshotId());
                }
            });
            expiry.commit();
        });
        assertThat(test.warehouse().snapshots(TestWarehouse.table("t"))).hasSize(1);
        await().until(() -> retiredDataFiles() == FILES);
    }

    private void edit(Consumer<Table> edit) {
        TableState state = other.load(TestWarehouse.table("t"));
        other.committer().edit(state, edit).orThrow();
    }

    private Set<String> dataFiles() {
        return files(other.load(TestWarehouse.table("t")).table()).stream()
                .map(DataFile::location)
                .collect(Collectors.toSet());
    }

    private static Set<DataFile> files(Table table) {
        Set<DataFile> files = new HashSet<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            tasks.forEach(task -> files.add(task.file()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private int retiredDataFiles() {
        return count("SELECT count(*) FROM eider_retired WHERE location LIKE '%.parquet'");
    }

    private int leases() {
        return count("SELECT count(*) FROM eider_leases");
    }

    private int count(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("catalog.db"));
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            return result.getInt(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
