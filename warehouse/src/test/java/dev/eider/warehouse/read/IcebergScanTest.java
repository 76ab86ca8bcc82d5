package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.TestExtensions;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.engine.ExtensionConfig;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.write.AppendReceipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableMetadataParser;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IcebergScanTest {
    @TempDir
    private Path directory;

    private TestWarehouse test;

    private void open(ReadConfig.Engine engine, ExtensionConfig extensions) {
        test = new TestWarehouse(directory, engine, extensions);
    }

    @AfterEach
    void everyBufferIsFreed() {
        if (test != null) {
            test.close();
        }
    }

    @Test
    void readsTheCurrentSnapshotAndOlderOnesUnderTheirSchemas() {
        open(ReadConfig.Engine.ICEBERG_SCAN, TestExtensions.assumed());
        long first = append("t", 0, 10).snapshotId().getAsLong();
        append("t", 10, 10);
        test.catalog()
                .loadTable(TestWarehouse.table("t"))
                .updateSchema()
                .renameColumn("name", "called")
                .addColumn("more", Types.IntegerType.get())
                .commit();

        assertThat(choice("SELECT * FROM t").engine()).isEqualTo(ReadConfig.Engine.ICEBERG_SCAN);
        assertThat(test.query("SELECT id, called, more FROM t WHERE id IN (3, 19)"))
                .containsExactlyInAnyOrder("3|name 3|null", "19|null|null");
        assertThat(test.query("SELECT * FROM t AT (VERSION => %d) WHERE id = 3".formatted(first)))
                .containsExactly("3|name 3");
        assertThat(test.query("SELECT count(*), max(id) FROM t AT (VERSION => %d)".formatted(first)))
                .containsExactly("10|9");
        for (String explain : List.of("EXPLAIN", "EXPLAIN ANALYZE")) {
            assertThat(test.query(explain + " SELECT * FROM t WHERE id > 12"))
                    .contains("eider_engine|iceberg_scan: read.engine is iceberg_scan")
                    .anyMatch(row -> row.contains("ICEBERG_SCAN"))
                    .noneMatch(row -> row.contains(directory.toString()));
        }
        assertThat(test.query(
                        "SELECT count(*) FROM t, t AS old AT (VERSION => %d) WHERE t.id = old.id".formatted(first)))
                .containsExactly("10");
    }

    @Test
    void readsAPinnedTableAgainWhenItsMetadataFileIsGone() throws IOException {
        open(ReadConfig.Engine.ICEBERG_SCAN, TestExtensions.assumed());
        append("t", 0, 10);
        BoundQuery bound = bind("SELECT count(*), sum(id) FROM t");
        append("t", 10, 10);
        TableState pinned = bound.states().values().iterator().next();
        Files.delete(Locations.path(pinned.metadata().metadataFileLocation()));

        assertThat(choice(bound).reason()).contains("metadata file is gone");
        assertThat(test.rows(bound)).containsExactly("10|45");
        assertThat(test.query("SELECT count(*) FROM t")).containsExactly("20");
    }

    @Test
    void readsNothingOutsideTheAllowedLocations(@TempDir Path elsewhere) throws IOException {
        open(ReadConfig.Engine.ICEBERG_SCAN, TestExtensions.assumed());
        append("t", 0, 10);
        TableState state = test.catalog().load(TestWarehouse.table("t"));
        Path copy = elsewhere.resolve("00001-copy.metadata.json");
        Files.copy(Locations.path(state.metadata().metadataFileLocation()), copy);
        TableMetadata moved =
                TableMetadataParser.fromJson(Locations.ofPath(copy), TableMetadataParser.toJson(state.metadata()));

        assertThatThrownBy(() -> icebergScan()
                        .obstacle(new TableState(state.identifier(), moved, false, state.io()), pin(state)))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
    }

    @Test
    void autoPlansWhatItReadsFaster() {
        open(ReadConfig.Engine.AUTO, TestExtensions.assumed());
        append("t", 0, 10);

        assertThat(choice("SELECT * FROM t")).isEqualTo(new ScanChoice(ReadConfig.Engine.PLANNED, "that is faster"));
        assertThat(test.warehouse().readEngine()).contains("by iceberg_scan where that is right and faster");
    }

    @Test
    void autoLeavesMovedNestedColumnsOfFewManifestsToTheExtension() {
        open(ReadConfig.Engine.AUTO, TestExtensions.assumed());
        append("few", 0, 10);
        for (int i = 0; i < 5; i++) {
            append("many", i * 10, 10);
        }
        moveNesting("few");
        moveNesting("many");

        assertThat(choice("SELECT * FROM few").engine()).isEqualTo(ReadConfig.Engine.ICEBERG_SCAN);
        assertThat(test.query("SELECT id, place.city FROM few WHERE id = 3")).containsExactly("3|null");
        assertThat(choice("SELECT * FROM many"))
                .isEqualTo(new ScanChoice(ReadConfig.Engine.PLANNED, "that is faster over 5 manifests"));
    }

    private void moveNesting(String name) {
        Table table = test.catalog().loadTable(TestWarehouse.table(name));
        table.updateSchema()
                .addColumn(
                        "place", Types.StructType.of(Types.NestedField.optional(100, "town", Types.StringType.get())))
                .commit();
        table.updateSchema().renameColumn("place.town", "city").commit();
    }

    @Test
    void autoPlansWhereTheExtensionIsMissing(@TempDir Path empty) {
        open(ReadConfig.Engine.AUTO, new ExtensionConfig(Optional.of(empty), false));
        append("t", 0, 10);

        assertThat(choice("SELECT * FROM t").reason()).contains("avro").doesNotContain(empty.toString());
        assertThat(test.warehouse().readEngine()).contains("planned", "not installed", empty.toString());
        assertThat(test.query("SELECT count(*) FROM t")).containsExactly("10");
    }

    @Test
    void refusesToStartWithoutTheExtensionThatIsConfigured(@TempDir Path empty) {
        assertThatThrownBy(() -> open(ReadConfig.Engine.ICEBERG_SCAN, new ExtensionConfig(Optional.of(empty), false)))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                .hasMessageContaining(empty.toString())
                .hasMessageContaining("`eider extensions install`");
    }

    @Test
    void namesTheExactMetadataFileAndSnapshot() {
        open(ReadConfig.Engine.PLANNED, ExtensionConfig.NONE);
        long first = append("t", 0, 10).snapshotId().getAsLong();
        append("t", 10, 10);
        TableState state = test.catalog().load(TestWarehouse.table("t"));
        String metadata =
                Locations.path(state.metadata().metadataFileLocation()).toString();

        assertThat(icebergScan().obstacle(state, pin(state))).isEmpty();
        assertThat(icebergScan().relation(state, pin(state)))
                .isEqualTo("SELECT \"id\", \"name\" FROM iceberg_scan('%s')".formatted(metadata));
        BoundQuery.Pin old = bind("SELECT * FROM t AT (VERSION => %d)".formatted(first))
                .pins()
                .get(0);
        assertThat(icebergScan().relation(state, old))
                .isEqualTo("SELECT \"id\", \"name\" FROM iceberg_scan('%s', snapshot_from_id => %d::UBIGINT)"
                        .formatted(metadata, first));
    }

    @Test
    void leavesToPlanningWhatNoMetadataFileHas() {
        open(ReadConfig.Engine.PLANNED, ExtensionConfig.NONE);
        append("t", 0, 10);
        TableState state = test.catalog().load(TestWarehouse.table("t"));
        TableMetadata inMemory =
                TableMetadataParser.fromJson((String) null, TableMetadataParser.toJson(state.metadata()));
        TableMetadata empty = TableMetadata.newTableMetadata(
                new Schema(Types.NestedField.optional(1, "id", Types.LongType.get())),
                PartitionSpec.unpartitioned(),
                SortOrder.unsorted(),
                state.metadata().location(),
                java.util.Map.of());

        assertThat(icebergScan().obstacle(new TableState(state.identifier(), inMemory, false, state.io()), pin(state)))
                .hasValueSatisfying(reason -> assertThat(reason).contains("no metadata file"));
        assertThat(icebergScan()
                        .obstacle(
                                new TableState(state.identifier(), empty, false, state.io()),
                                new BoundQuery.Pin(state.identifier(), empty.uuid(), 0, Optional.empty())))
                .hasValueSatisfying(reason -> assertThat(reason).contains("no snapshot"));
    }

    private IcebergScan icebergScan() {
        return new IcebergScan(allowed());
    }

    private AllowedLocations allowed() {
        return AllowedLocations.of(
                new StorageConfig(directory.resolve("warehouse").toString(), List.of()));
    }

    private static BoundQuery.Pin pin(TableState state) {
        return new BoundQuery.Pin(
                state.identifier(),
                state.metadata().uuid(),
                state.metadata().currentSchemaId(),
                Optional.ofNullable(state.metadata().currentSnapshot()));
    }

    private ScanChoice choice(String sql) {
        return choice(bind(sql));
    }

    private ScanChoice choice(BoundQuery query) {
        return test.warehouse().scanChoices(query).get(0);
    }

    private BoundQuery bind(String sql) {
        return ((SqlStatement.Query) test.warehouse().prepare(sql)).query();
    }

    private AppendReceipt append(String table, long first, int rows) {
        return test.append(table, TestRows.numbered(test.allocator(), first, rows, 1));
    }
}
