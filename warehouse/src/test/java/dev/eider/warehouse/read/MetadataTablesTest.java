package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.SnapshotListing;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.types.IcebergToArrow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.MetadataTableType;
import org.apache.iceberg.MetadataTableUtils;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What SQL sees of a table's metadata, compared with what Iceberg's API says. */
@Tag("storage")
class MetadataTablesTest {
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
    void listsTheKeptSnapshots() {
        appendTimes(3);

        List<SnapshotListing> snapshots = test.warehouse().snapshots(TestWarehouse.table("t"));
        assertThat(test.query(
                        "SELECT snapshot_id, parent_id, operation, epoch_us(committed_at), summary['total-records']"
                                + " FROM main.\"t$snapshots\" ORDER BY committed_at"))
                .isEqualTo(snapshots.stream()
                        .map(one -> "%d|%s|append|%d|%s"
                                .formatted(
                                        one.snapshotId(),
                                        one.parentId() < 0 ? "null" : one.parentId(),
                                        one.committedAt().toEpochMilli() * 1000,
                                        one.summary().get("total-records")))
                        .toList());
    }

    @Test
    void hasFourSpellings() {
        appendTimes(2);

        for (String name : List.of(
                "\"t$snapshots\"",
                "main.\"T$Snapshots\"",
                "eider.main.\"t$snapshots\"",
                "main.t.snapshots",
                "t.snapshots",
                "MAIN.T.SNAPSHOTS")) {
            assertThat(test.query("SELECT count(*) FROM " + name)).containsExactly("2");
        }
        assertThat(test.query("SELECT main.t.snapshots.operation, s.operation"
                        + " FROM main.t.snapshots JOIN \"t$snapshots\" s USING (snapshot_id) LIMIT 1"))
                .containsExactly("append|append");
    }

    @Test
    void givesWayToATableOfTheSameName() {
        appendTimes(2);
        catalog.createTable(
                TableIdentifier.of("main", "t$files"),
                new Schema(Types.NestedField.optional(1, "own", Types.LongType.get())));

        assertThat(test.query("SELECT count(own) FROM \"t$files\"")).containsExactly("0");
        assertThat(test.query("SELECT count(file_path) FROM main.t.files")).containsExactly("2");
    }

    @Test
    void tellsWhatDoesNotExist() {
        appendTimes(1);

        assertThatThrownBy(() -> test.query("FROM \"t$file\""))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND))
                .hasMessageContaining("t$file does not exist")
                .hasMessageContaining("snapshots, history, files, manifests, partitions, refs, properties");
        assertThatThrownBy(() -> test.query("FROM \"missing$files\"")).hasMessage("Table main.missing does not exist");
        assertThatThrownBy(() -> test.query("FROM main.missing.files")).hasMessage("Table main.missing does not exist");
    }

    @Test
    void listsTheFilesOfAnySnapshot() throws IOException {
        appendTimes(3);
        SnapshotListing second =
                test.warehouse().snapshots(TestWarehouse.table("t")).get(1);

        assertThat(test.query("SELECT file_path, record_count, file_size_in_bytes FROM \"t$files\" ORDER BY 1"))
                .hasSize(3)
                .isEqualTo(files(second.snapshotId(), false));
        assertThat(test.query("SELECT file_path, record_count, file_size_in_bytes FROM \"t$files\""
                        + " AT (VERSION => %d) ORDER BY 1".formatted(second.snapshotId())))
                .hasSize(2)
                .isEqualTo(files(second.snapshotId(), true));
        assertThat(test.query("SELECT readable_metrics.id.lower_bound, readable_metrics.id.upper_bound,"
                        + " readable_metrics.name.null_value_count, value_counts[1], content, file_format"
                        + " FROM \"t$files\" ORDER BY 1"))
                .containsExactly("0|9|1|10|0|PARQUET", "10|19|1|10|0|PARQUET", "20|29|1|10|0|PARQUET");
    }

    private List<String> files(long snapshotId, boolean pinned) throws IOException {
        Table table = catalog.load(TestWarehouse.table("t")).table();
        List<String> files = new ArrayList<>();
        var scan = pinned ? table.newScan().useSnapshot(snapshotId) : table.newScan();
        try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
            tasks.forEach(task -> files.add("%s|%d|%d"
                    .formatted(
                            task.file().location(),
                            task.file().recordCount(),
                            task.file().fileSizeInBytes())));
        }
        return files.stream().sorted().toList();
    }

    @Test
    void listsTheManifestsOfAnySnapshot() {
        appendTimes(3);
        SnapshotListing first =
                test.warehouse().snapshots(TestWarehouse.table("t")).get(0);
        TableState state = catalog.load(TestWarehouse.table("t"));

        assertThat(test.query("SELECT path, length, added_snapshot_id FROM main.t.manifests ORDER BY path"))
                .isEqualTo(state.metadata().currentSnapshot().allManifests(state.io()).stream()
                        .map(MetadataTablesTest::manifest)
                        .sorted()
                        .toList());
        assertThat(test.query("SELECT count(*) FROM main.t.manifests AT (VERSION => %d)".formatted(first.snapshotId())))
                .containsExactly("1");
    }

    private static String manifest(ManifestFile manifest) {
        return "%s|%d|%d".formatted(manifest.path(), manifest.length(), manifest.snapshotId());
    }

    @Test
    void listsPartitionsWithTheirTypedValues() {
        Schema schema = new Schema(
                Types.NestedField.optional(1, "id", Types.LongType.get()),
                Types.NestedField.optional(2, "day", Types.DateType.get()),
                Types.NestedField.optional(3, "key", Types.UUIDType.get()),
                Types.NestedField.optional(4, "price", Types.DecimalType.of(10, 2)));
        PartitionSpec spec = PartitionSpec.builderFor(schema)
                .identity("day")
                .identity("key")
                .identity("price")
                .build();
        catalog.createTable(TestWarehouse.table("parts"), schema, spec);
        String key = "8d2b4f0e-6c39-4a1d-9d55-0f6f0e5a3c11";
        append("parts", "day=2026-01-31/key=" + key + "/price=1.50", 10);
        append("parts", "day=2026-01-31/key=" + key + "/price=1.50", 5);
        append("parts", "day=2026-02-01/key=" + key + "/price=-2.25", 1);

        assertThat(test.query("SELECT partition.day::VARCHAR, partition.key = UUID '" + key
                        + "', partition.price, record_count, file_count FROM \"parts$partitions\" ORDER BY 1"))
                .containsExactly("2026-01-31|true|1.50|15|2", "2026-02-01|true|-2.25|1|1");
    }

    private void append(String name, String partition, long rows) {
        TableState state = catalog.load(TestWarehouse.table(name));
        DataFile file = DataFiles.builder(state.metadata().spec())
                .withPath(state.metadata().location() + "/data/" + partition + rows + ".parquet")
                .withPartitionPath(partition)
                .withFileSizeInBytes(1_000)
                .withRecordCount(rows)
                .build();
        catalog.committer()
                .append(state, "main", List.of(file), List.of(), java.time.Duration.ofSeconds(10))
                .orThrow();
    }

    @Test
    void listsBranchesTagsAndProperties() {
        appendTimes(2);
        List<SnapshotListing> snapshots = test.warehouse().snapshots(TestWarehouse.table("t"));
        catalog.committer()
                .edit(catalog.load(TestWarehouse.table("t")), table -> table.manageSnapshots()
                        .createTag("first", snapshots.get(0).snapshotId())
                        .commit())
                .orThrow();

        assertThat(test.query("SELECT name, type, snapshot_id FROM \"t$refs\" ORDER BY name"))
                .containsExactly(
                        "first|TAG|" + snapshots.get(0).snapshotId(),
                        "main|BRANCH|" + snapshots.get(1).snapshotId());
        Map<String, String> properties =
                new TreeMap<>(catalog.load(TestWarehouse.table("t")).metadata().properties());
        assertThat(test.query("SELECT * FROM \"t$properties\""))
                .isEqualTo(properties.entrySet().stream()
                        .map(entry -> entry.getKey() + "|" + entry.getValue())
                        .toList());
    }

    @Test
    void keepsTheHistoryOfSnapshotsThatAreGone() {
        appendTimes(4);
        List<SnapshotListing> all = test.warehouse().snapshots(TestWarehouse.table("t"));

        edit(table -> table.expireSnapshots()
                .expireSnapshotId(all.get(1).snapshotId())
                .cleanupLevel(ExpireSnapshots.CleanupLevel.NONE)
                .commit());
        edit(table -> table.manageSnapshots()
                .setCurrentSnapshot(all.get(2).snapshotId())
                .commit());

        assertThat(test.query("SELECT snapshot_id, is_current_ancestor FROM main.t.history ORDER BY made_current_at"))
                .containsExactly(
                        all.get(0).snapshotId() + "|true",
                        all.get(1).snapshotId() + "|true",
                        all.get(2).snapshotId() + "|true",
                        all.get(3).snapshotId() + "|false");
        assertThat(test.query("SELECT count(*) FROM \"t$snapshots\"")).containsExactly("3");
    }

    private void edit(java.util.function.Consumer<Table> change) {
        catalog.committer().edit(catalog.load(TestWarehouse.table("t")), change).orThrow();
    }

    @Test
    void hasIcebergsOwnColumns() {
        appendTimes(1);
        Table table = catalog.load(TestWarehouse.table("t")).table();

        for (MetadataTableType type : List.of(
                MetadataTableType.SNAPSHOTS,
                MetadataTableType.FILES,
                MetadataTableType.MANIFESTS,
                MetadataTableType.PARTITIONS,
                MetadataTableType.REFS,
                MetadataTableType.HISTORY)) {
            Table upstream = MetadataTableUtils.createMetadataTableInstance(table, type);
            String sql = "SELECT * FROM \"t$%s\"".formatted(type.name());
            assertThat(test.warehouse()
                            .schema(((SqlStatement.Query) test.warehouse().prepare(sql)).query()))
                    .isEqualTo(IcebergToArrow.schema(upstream.schema()));
        }
    }

    @Test
    void readsEverythingOfATableWithoutRows() {
        test.execute("CREATE TABLE t (id BIGINT)");

        for (String name : List.of("snapshots", "history", "files", "manifests", "partitions", "refs")) {
            assertThat(test.query("FROM main.t." + name)).as(name).isEmpty();
        }
        assertThat(test.query("SELECT count(*) > 0 FROM main.t.properties")).containsExactly("true");
    }

    @Test
    void belongsToTheMomentOfItsStatement() {
        appendTimes(2);
        BoundQuery bound = ((SqlStatement.Query) test.warehouse()
                        .prepare("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM \"t$snapshots\"),"
                                + " (SELECT count(*) FROM \"t$files\"), (SELECT count(*) FROM \"t$history\")"))
                .query();
        String ticket = test.warehouse().ticket(bound);

        test.append("t", TestRows.numbered(test.allocator(), 100, 10, 1));

        assertThat(test.rows(bound)).containsExactly("20|2|2|2");
        assertThat(test.rows(test.warehouse().redeem(ticket))).containsExactly("20|2|2|2");
    }

    @Test
    void refusesAVersionWhereThereIsNone() {
        appendTimes(1);

        assertThatThrownBy(() -> test.query("FROM main.t.snapshots AT (VERSION => 'main')"))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SQL))
                .hasMessageContaining("snapshots of table main.t");
    }

    private void appendTimes(int times) {
        for (int i = 0; i < times; i++) {
            test.append("t", TestRows.numbered(test.allocator(), 10L * i, 10, 1));
        }
    }
}
