package dev.eider.warehouse.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.SnapshotListing;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.read.BoundQuery;
import dev.eider.warehouse.statement.SqlStatement;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which rows commits inserted and deleted, whatever became of the snapshots in between. */
@Tag("storage")
class TableChangesTest {
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
    void givesWhatWasAppendedAfterOneSnapshotUpToAnother() {
        List<SnapshotListing> all = appendTimes(4, 2);

        assertThat(changes(all.get(0), all.get(2)))
                .containsExactly(row(2, all.get(1)), row(3, all.get(1)), row(4, all.get(2)), row(5, all.get(2)));
        assertThat(changes(all.get(3), all.get(3))).isEmpty();
        assertThat(ids("'t', " + all.get(2).snapshotId())).containsExactly(6L, 7L);
        assertThat(ids("'eider.main.\"t\"', 0")).containsExactlyElementsOf(range(0, 8));
        assertThat(ids("'T', TIMESTAMPTZ '" + all.get(2).committedAt() + "', 'main'"))
                .containsExactly(6L, 7L);
    }

    @Test
    void hasTheColumnsOfTheTableAndOfTheCommit() {
        appendTimes(1, 1);

        BoundQuery bound = bound("FROM table_changes('t', 0)");
        assertThat(test.warehouse().schema(bound).getFields().stream()
                        .map(field -> field.getName() + " " + field.getType())
                        .toList())
                .containsExactly(
                        "id Int(64, true)",
                        "name Utf8",
                        "_change_type Utf8",
                        "_commit_snapshot_id Int(64, true)",
                        "_commit_sequence_number Int(64, true)",
                        "_commit_timestamp Timestamp(MICROSECOND, UTC)");
        assertThat(test.rows(test.warehouse().redeem(test.warehouse().ticket(bound))))
                .hasSize(1);
        assertThat(test.query("SELECT epoch_ms(_commit_timestamp) FROM table_changes('t', 0)"))
                .containsExactly(Long.toString(snapshots().get(0).committedAt().toEpochMilli()));
    }

    @Test
    void standsWhereATableMayStand() {
        List<SnapshotListing> all = appendTimes(2, 1);

        assertThat(test.query(
                        "SELECT c.id, table_changes.id, t.id FROM table_changes('t', 0) AS c, t, table_changes('t', "
                                + all.get(0).snapshotId()
                                + ") WHERE c.id = t.id AND c.id IN (SELECT id FROM table_changes('t', 0,"
                                + " 'main') AS x (id, other)) ORDER BY ALL"))
                .containsExactly("0|1|0", "1|1|1");
    }

    @Test
    void doesNotNeedTheSnapshotsInBetween() {
        List<SnapshotListing> all = appendTimes(6, 1);

        remove(all.get(0), all.get(2), all.get(3));

        assertThat(changes(all.get(0), all.get(5)))
                .containsExactly(
                        row(1, all.get(1)),
                        row(2, all.get(2)),
                        row(3, all.get(3)),
                        row(4, all.get(4)),
                        row(5, all.get(5)));
        assertThat(ids("'t', " + all.get(3).snapshotId())).containsExactly(4L, 5L);
    }

    @Test
    void tellsManyCommitsApartInOneScan() {
        List<SnapshotListing> all = appendTimes(20, 1);

        assertThat(changes(all.get(0), all.get(19)))
                .isEqualTo(LongStream.range(1, 20)
                        .mapToObj(id -> row(id, all.get((int) id)))
                        .toList());
    }

    @Test
    void doesNotShowCompaction() {
        List<SnapshotListing> all = appendTimes(3, 2);

        compact();
        test.append("t", TestRows.numbered(test.allocator(), 6, 1, 1));

        assertThat(ids("'t', " + all.get(0).snapshotId())).containsExactlyElementsOf(range(2, 7));
        assertThat(test.query("SELECT DISTINCT _change_type FROM table_changes('t', "
                        + all.get(0).snapshotId() + ")"))
                .containsExactly("insert");
    }

    @Test
    void refusesWhenAThinnedSnapshotRemovedFiles() {
        List<SnapshotListing> all = appendTimes(3, 2);
        compact();
        SnapshotListing compacted = snapshots().get(3);
        test.append("t", TestRows.numbered(test.allocator(), 6, 1, 1));

        remove(compacted);

        assertThatThrownBy(() -> ids("'t', " + all.get(0).snapshotId()))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND))
                .hasMessageContaining("resume from snapshot " + compacted.snapshotId());
        assertThat(ids("'t', " + compacted.snapshotId())).containsExactly(6L);
    }

    @Test
    void marksTheRowsOfRemovedFilesAsDeleted() {
        List<SnapshotListing> all = appendTimes(2, 2);
        edit(table -> {
            DataFile first = files(table).get(0).file();
            table.newDelete().deleteFile(first).commit();
        });

        List<String> changes = test.query("SELECT id, _change_type FROM table_changes('t', "
                + all.get(0).snapshotId() + ") ORDER BY _commit_sequence_number, id");

        assertThat(changes.subList(0, 2)).containsExactly("2|insert", "3|insert");
        assertThat(changes.subList(2, 4)).allMatch(change -> change.endsWith("delete"));
        assertThat(changes).hasSize(4);
    }

    @Test
    void marksTheRowsThatPositionDeletesDelete() throws IOException {
        List<SnapshotListing> all = appendTimes(1, 10);
        deletePositions(3);
        deletePositions(5, 7);
        test.append("t", TestRows.numbered(test.allocator(), 10, 1, 1));

        assertThat(test.query("SELECT id, _change_type FROM table_changes('t', "
                        + all.get(0).snapshotId() + ") ORDER BY _commit_sequence_number, id"))
                .containsExactly("3|delete", "5|delete", "7|delete", "10|insert");
        assertThat(ids("'t', 0, " + all.get(0).snapshotId())).hasSize(10);
    }

    @Test
    void refusesWhatWasRolledBack() {
        List<SnapshotListing> all = appendTimes(3, 1);
        edit(table ->
                table.manageSnapshots().rollbackTo(all.get(0).snapshotId()).commit());
        test.append("t", TestRows.numbered(test.allocator(), 3, 1, 1));

        assertThatThrownBy(() -> ids("'t', " + all.get(1).snapshotId()))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND))
                .hasMessageContaining("rolled back")
                .hasMessageContaining("follows snapshot " + all.get(0).snapshotId());
        assertThat(ids("'t', " + all.get(0).snapshotId())).containsExactly(3L);
    }

    @Test
    void saysWhatIsWrongWithTheArguments() {
        appendTimes(1, 1);

        assertThatThrownBy(() -> test.query("FROM table_changes('t')"))
                .hasMessageContaining("table_changes('namespace.table', from, to)");
        assertThatThrownBy(() -> test.query("FROM table_changes('t', (SELECT 1))"))
                .hasMessageContaining("without columns, tables or subqueries");
        assertThatThrownBy(() -> test.query("FROM table_changes('t', getenv('HOME'))"))
                .hasMessageContaining("getenv");
        assertThatThrownBy(() -> test.query("FROM table_changes('/etc/passwd', 0)"))
                .hasMessageContaining("names no table");
        assertThatThrownBy(() -> test.query("FROM table_changes('t', NULL)")).hasMessageContaining("NULL");
        assertThatThrownBy(() -> test.query("FROM table_changes('t', 42)"))
                .hasMessageContaining("no snapshot 42")
                .hasMessageContaining("resume from snapshot");
        assertThatThrownBy(() -> test.query("FROM table_changes('missing', 0)"))
                .hasMessage("Table main.missing does not exist");
        assertThatThrownBy(() -> test.query("FROM main.table_changes('t', 0)"))
                .hasMessageContaining("without a schema: table_changes('namespace.table', from, to)");
    }

    private List<SnapshotListing> appendTimes(int times, int rows) {
        for (int i = 0; i < times; i++) {
            test.append("t", TestRows.numbered(test.allocator(), (long) i * rows, rows, 1));
        }
        return new ArrayList<>(snapshots());
    }

    private List<SnapshotListing> snapshots() {
        return test.warehouse().snapshots(TestWarehouse.table("t"));
    }

    private List<String> changes(SnapshotListing from, SnapshotListing to) {
        return test.query(
                "SELECT id, _change_type, _commit_snapshot_id, _commit_sequence_number FROM table_changes('main.t', %d, %d) ORDER BY _commit_sequence_number, id"
                        .formatted(from.snapshotId(), to.snapshotId()));
    }

    private static String row(long id, SnapshotListing commit) {
        return "%d|insert|%d|%d".formatted(id, commit.snapshotId(), commit.sequenceNumber());
    }

    private List<Long> ids(String arguments) {
        return test.query("SELECT id FROM table_changes(%s) ORDER BY id".formatted(arguments)).stream()
                .map(Long::valueOf)
                .toList();
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    private BoundQuery bound(String sql) {
        return ((SqlStatement.Query) test.warehouse().prepare(sql)).query();
    }

    /** Writes all rows into one new file, as a compaction does. */
    private void compact() {
        edit(table -> {
            List<FileScanTask> tasks = files(table);
            RewriteFiles rewrite = table.newRewrite();
            tasks.forEach(task -> rewrite.deleteFile(task.file()));
            rewrite.addFile(write(table, test.query("SELECT id FROM t"))).commit();
        });
    }

    private static DataFile write(Table table, List<String> ids) {
        String location = table.location() + "/data/merged-" + System.nanoTime() + ".parquet";
        try {
            var file = table.io().newOutputFile(location);
            var writer = Parquet.write(file)
                    .schema(table.schema())
                    .createWriterFunc(GenericParquetWriter::create)
                    .<Record>build();
            try (writer) {
                for (String id : ids) {
                    GenericRecord row = GenericRecord.create(table.schema());
                    row.setField("id", Long.valueOf(id));
                    writer.add(row);
                }
            }
            return DataFiles.builder(table.spec())
                    .withPath(location)
                    .withFileSizeInBytes(file.toInputFile().getLength())
                    .withMetrics(writer.metrics())
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void deletePositions(long... positions) throws IOException {
        Table table = catalog.load(TestWarehouse.table("t")).table();
        String file = files(table).get(0).file().location();
        PositionDeleteWriter<Record> writer = Parquet.writeDeletes(
                        table.io().newOutputFile(table.location() + "/data/deletes-" + System.nanoTime() + ".parquet"))
                .withSpec(table.spec())
                .overwrite()
                .buildPositionWriter();
        try (writer) {
            PositionDelete<Record> delete = PositionDelete.create();
            for (long position : positions) {
                writer.write(delete.set(file, position));
            }
        }
        DeleteFile deletes = writer.toDeleteFile();
        edit(one -> one.newRowDelta().addDeletes(deletes).commit());
    }

    private static List<FileScanTask> files(Table table) {
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
            List<FileScanTask> files = new ArrayList<>();
            tasks.forEach(files::add);
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        TableState state = catalog.load(TestWarehouse.table("t"));
        catalog.committer().edit(state, edit).orThrow();
    }
}
