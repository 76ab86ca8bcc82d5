package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.inmemory.InMemoryFileIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A day of commits in seconds: the clock is the test's, and so are the times of the snapshots, which otherwise are as
 * appends make them. {@code -Deider.test.day-commits=10000} makes it a denser day.
 */
class SimulatedDayTest {
    private static final int COMMITS = Integer.getInteger("eider.test.day-commits", 400);
    /** A hundred replaced metadata files, which these commits leave out. */
    private static final int METADATA_LOG_BYTES = 100 * 200;

    /** The others would fill the memory that these files are in, long before an idle moment in which they are swept. */
    private static final int KEPT_METADATA_FILES = 10;

    private static final Duration SPACING = Duration.ofDays(1).dividedBy(COMMITS);

    @TempDir
    Path directory;

    private Instant now = Instant.ofEpochMilli(System.currentTimeMillis()).minus(Duration.ofDays(1));

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @Test
    void keepsMetadataSmallAndTimeTravelWithinOneStep() throws Exception {
        InMemoryFileIO files = new InMemoryFileIO();
        try (TableCatalog catalog = TableCatalog.open(TestCatalog.config(directory), properties -> files, clock)) {
            TestCatalog.create(catalog, "orders");
            Instant first = now;
            Deque<String> metadata = new ArrayDeque<>();
            for (int commit = 0; commit < COMMITS; commit++) {
                append(catalog);
                now = now.plus(SPACING);
                metadata.add(
                        catalog.load(TestCatalog.table("orders")).metadata().metadataFileLocation());
                if (metadata.size() > KEPT_METADATA_FILES) {
                    files.deleteFile(metadata.remove());
                }
            }

            TableState table = catalog.load(TestCatalog.table("orders"));
            int bytes = TableMetadataParser.toJson(table.metadata()).length() + METADATA_LOG_BYTES;
            assertThat(bytes).as("bytes of the metadata file").isLessThan(500_000);
            assertThat(table.metadata().snapshots()).hasSizeBetween(100, 460);
            assertStep(catalog, table, Duration.ZERO, Duration.ofHours(2), Duration.ofMinutes(1));
            assertStep(catalog, table, Duration.ofHours(2), Duration.between(first, now), Duration.ofMinutes(15));
        }
    }

    private void append(TableCatalog catalog) {
        TableState target = catalog.load(TestCatalog.table("orders"));
        catalog.committer()
                .edit(target, table -> {
                    table.newFastAppend()
                            .appendFile(TestCatalog.file(now.toEpochMilli() + ".parquet", 1))
                            .set(CommitId.SUMMARY_PROPERTY, "00000000-0000-0000-0000-000000000000")
                            .set("eider.appends", "64")
                            .commit();
                    redate(table);
                })
                .orThrow();
    }

    /**
     * Iceberg stamps snapshots with the time of the machine: gives the new ones the time of the test. The log of
     * replaced metadata files, which also has times, goes.
     */
    private void redate(Table table) {
        TableOperations operations = ((BaseTable) table).operations();
        TableMetadata stamped = operations.current();
        long millis = now.toEpochMilli();
        String json = TableMetadataParser.toJson(stamped)
                .replaceFirst("\"last-updated-ms\":\\d+", "\"last-updated-ms\":" + millis)
                .replaceFirst("\"metadata-log\":\\[.*?]", "\"metadata-log\":[]");
        for (Snapshot snapshot : stamped.snapshots()) {
            if (snapshot.timestampMillis() > millis) {
                String mine = SnapshotParser.toJson(snapshot, false);
                json = json.replace(
                                mine,
                                mine.replace(
                                        "\"timestamp-ms\":" + snapshot.timestampMillis(), "\"timestamp-ms\":" + millis))
                        .replaceFirst(
                                "\\{\"timestamp-ms\":\\d+,\"snapshot-id\":" + snapshot.snapshotId() + "}",
                                "{\"timestamp-ms\":" + millis + ",\"snapshot-id\":" + snapshot.snapshotId() + "}");
            }
        }
        operations.commit(stamped, TableMetadataParser.fromJson(json));
    }

    /** Travels to moments of which the last was {@code from} and the first {@code to} ago. */
    private void assertStep(TableCatalog catalog, TableState table, Duration from, Duration to, Duration step) {
        long allowed = step.plus(SPACING).toMillis();
        for (long ago = from.toMillis() + 1; ago < to.toMillis() - allowed; ago += to.toMillis() / 97) {
            Instant moment = now.minusMillis(ago);
            OptionalLong found = catalog.history().asOf(table, moment);
            assertThat(found).as("as of %s", moment).isPresent();
            Snapshot snapshot = table.metadata().snapshot(found.getAsLong());
            assertThat(moment.toEpochMilli() - snapshot.timestampMillis())
                    .as("age of the snapshot as of %d s ago", ago / 1000)
                    .isBetween(0L, allowed);
            assertThat(table.metadata().refs().get(SnapshotRef.MAIN_BRANCH)).isNotNull();
        }
    }
}
