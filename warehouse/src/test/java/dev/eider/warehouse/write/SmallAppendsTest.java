package dev.eider.warehouse.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.TimeStampNanoVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Small appends that meet at one table. A sync that is held up lets a group gather behind it. */
@Timeout(60)
class SmallAppendsTest {
    private static final int WRITERS = 24;

    @TempDir
    Path directory;

    private final HeldSync sync = new HeldSync();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private TestWarehouse test;

    @BeforeEach
    void open() {
        WriteConfig base = TestWarehouse.writes();
        test = new TestWarehouse(
                directory,
                new WriteConfig(
                        true,
                        4,
                        64,
                        base.queueTimeout(),
                        base.idleTimeout(),
                        base.targetFileBytes(),
                        base.rowGroupRows(),
                        base.coalesceBytes(),
                        Duration.ofDays(7),
                        sync,
                        base.bufferBytes()));
        test.append("t", TestRows.numbered(test.allocator(), 1_000_000, 1, 1));
    }

    @AfterEach
    void close() {
        sync.release.countDown();
        threads.shutdown();
        test.close();
    }

    /** Holds the next data file up until it is released. */
    private static final class HeldSync implements FileSync {
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch release = new CountDownLatch(1);
        private volatile boolean hold;

        @Override
        public void file(Path file) throws IOException {
            if (hold && file.toString().endsWith(".parquet")) {
                held.countDown();
                try {
                    if (!release.await(30, TimeUnit.SECONDS)) {
                        throw new IOException("never released");
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException(e);
                }
            }
        }

        @Override
        public void directory(Path entries) {}
    }

    private Future<AppendReceipt> start(ArrowReader rows, WriteOptions options) {
        return threads.submit(() -> test.append("t", options, rows).get(0));
    }

    private ArrowReader rows(int writer) {
        return TestRows.numbered(test.allocator(), writer * 100L, 1 + writer % 7, 1 + writer % 3);
    }

    /** Returns the receipts of appends of which the first is held up until all others wait. */
    private List<AppendReceipt> together(List<ArrowReader> streams) throws Exception {
        sync.hold = true;
        List<Future<AppendReceipt>> appends = new ArrayList<>();
        appends.add(start(streams.get(0), WriteOptions.DEFAULT));
        assertThat(sync.held.await(30, TimeUnit.SECONDS)).isTrue();
        for (ArrowReader stream : streams.subList(1, streams.size())) {
            appends.add(start(stream, WriteOptions.DEFAULT));
        }
        await().until(() -> waiting() == streams.size() - 1);
        sync.hold = false;
        sync.release.countDown();
        List<AppendReceipt> receipts = new ArrayList<>();
        for (Future<AppendReceipt> append : appends) {
            receipts.add(append.get());
        }
        return receipts;
    }

    @Test
    void thatWaitTogetherShareOneSnapshotAndOneFile() throws Exception {
        List<ArrowReader> streams = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            streams.add(rows(writer));
        }

        List<AppendReceipt> receipts = together(streams);

        Set<Long> snapshots = new HashSet<>();
        Set<String> files = new HashSet<>();
        for (AppendReceipt receipt : receipts.subList(1, WRITERS)) {
            snapshots.add(receipt.snapshotId().getAsLong());
            receipt.files().forEach(file -> files.add(file.location()));
            assertThat(receipt.groupSize()).isEqualTo(WRITERS - 1);
        }
        assertThat(snapshots).hasSize(1);
        assertThat(files).hasSize(1);
        long sent = receipts.stream().mapToLong(AppendReceipt::rows).sum();
        assertThat(test.query("SELECT count(*), count(DISTINCT id) FROM t"))
                .containsExactly((sent + 1) + "|" + (sent + 1));
    }

    @Test
    void learnWhichRowsOfASharedFileAreTheirs() throws Exception {
        List<ArrowReader> streams = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            streams.add(rows(writer));
        }

        List<AppendReceipt> receipts = together(streams);

        for (int writer = 1; writer < WRITERS; writer++) {
            AppendReceipt.FileRows place = receipts.get(writer).files().get(0);
            assertThat(idsAt(place)).as("writer %d", writer).containsExactlyElementsOf(ids(writer));
        }
    }

    @Test
    void ofDifferentLayoutsKeepTheirRowsToo() throws Exception {
        List<ArrowReader> streams = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            streams.add(writer % 3 == 0 ? turned(writer) : rows(writer));
        }

        List<AppendReceipt> receipts = together(streams);

        for (int writer = 1; writer < WRITERS; writer++) {
            AppendReceipt.FileRows place = receipts.get(writer).files().get(0);
            List<Long> expected = writer % 3 == 0 ? List.of(writer * 100L) : ids(writer);
            assertThat(idsAt(place)).as("writer %d", writer).containsExactlyElementsOf(expected);
        }
    }

    /** One row whose columns come in another order. */
    private ArrowReader turned(int writer) {
        List<Field> fields = new ArrayList<>(TestRows.numberedSchema().getFields());
        Collections.reverse(fields);
        return new TestRows(test.allocator(), new Schema(fields), 1, (root, batch) -> {
            ((BigIntVector) root.getVector("id")).setSafe(0, writer * 100L);
            root.setRowCount(1);
        });
    }

    @Test
    void failAloneWhenOneCannotBeStored() throws Exception {
        test.execute("CREATE TABLE events (at TIMESTAMP)");
        sync.hold = true;
        Future<AppendReceipt> first = events(1_000);
        assertThat(sync.held.await(30, TimeUnit.SECONDS)).isTrue();

        Future<AppendReceipt> good = events(2_000);
        Future<AppendReceipt> bad = events(2_001);
        Future<AppendReceipt> alsoGood = events(3_000);
        await().until(() -> waiting() == 3);
        sync.hold = false;
        sync.release.countDown();

        assertThat(first.get().rows()).isEqualTo(1);
        assertThat(good.get().rows()).isEqualTo(1);
        assertThat(alsoGood.get().rows()).isEqualTo(1);
        assertThatThrownBy(bad::get).hasCauseInstanceOf(EiderException.class).hasMessageContaining("at");
        assertThat(test.query("SELECT count(*) FROM events")).containsExactly("3");
    }

    /** Appends one instant in nanoseconds, which the table holds only if it is exact in microseconds. */
    private Future<AppendReceipt> events(long nanos) {
        Schema schema = new Schema(List.of(Field.nullable(
                "at", new ArrowType.Timestamp(org.apache.arrow.vector.types.TimeUnit.NANOSECOND, null))));
        return threads.submit(() -> test.append("events", new TestRows(test.allocator(), schema, 1, (root, batch) -> {
            ((TimeStampNanoVector) root.getVector("at")).setSafe(0, nanos);
            root.setRowCount(1);
        })));
    }

    /** Counts the threads that wait for a group to take them. */
    private static long waiting() {
        return Thread.getAllStackTraces().values().stream()
                        .filter(stack -> Arrays.stream(stack)
                                .anyMatch(frame -> frame.getClassName().endsWith("GroupQueue")
                                        && frame.getMethodName().equals("await")))
                        .count()
                // The first append waits for the result of what is held up.
                - 1;
    }

    private static List<Long> idsAt(AppendReceipt.FileRows place) throws Exception {
        String sql = "SELECT id FROM read_parquet('%s', file_row_number => true) WHERE file_row_number >= %d"
                        .formatted(Locations.path(place.location()), place.firstRow())
                + " AND file_row_number < %d ORDER BY file_row_number".formatted(place.firstRow() + place.rows());
        List<Long> ids = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                ids.add(found.getLong(1));
            }
        }
        return ids;
    }

    private static List<Long> ids(int writer) {
        List<Long> ids = new ArrayList<>();
        for (int row = 0; row < (1 + writer % 7) * (1 + writer % 3); row++) {
            ids.add(writer * 100L + row);
        }
        return ids;
    }
}
