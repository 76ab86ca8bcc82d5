package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.StorageConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestCacheTest {
    private static final Schema SCHEMA = new Schema(
            NestedField.optional(1, "id", Types.LongType.get()), NestedField.optional(2, "k", Types.IntegerType.get()));
    private static final long PLENTY = 1 << 24;

    private final InMemoryCatalog catalog = new InMemoryCatalog();
    private final Map<String, CountingFileIO> files = new java.util.HashMap<>();

    @TempDir
    Path directory;

    @BeforeEach
    void openCatalog() {
        catalog.initialize("memory", Map.of());
        catalog.createNamespace(Namespace.of("main"));
    }

    @AfterEach
    void closeCatalog() throws Exception {
        catalog.close();
    }

    @Test
    void aNewSnapshotReadsOnlyItsOwnManifests() {
        SnapshotPlanner planner = planner(PLENTY, Runnable::run);
        Table table = table("t", PartitionSpec.unpartitioned());
        for (int i = 0; i < 5; i++) {
            append(table, file(table, i, i));
        }

        assertThat(plan(planner, table, Expressions.alwaysTrue()).files()).hasSize(5);
        assertThat(files.get("t").reads()).hasSize(6);
        assertThat(plan(planner, table, Expressions.equal("id", 3)).files()).hasSize(1);
        assertThat(files.get("t").reads()).isEmpty();

        append(table, file(table, 5, 5));
        assertThat(plan(planner, table, Expressions.alwaysTrue()).files()).hasSize(6);
        assertThat(files.get("t").reads()).hasSize(2);
    }

    @Test
    void whatWasAddedIsReadFromTheNewManifestsAlone() {
        SnapshotPlanner planner = planner(PLENTY, Runnable::run);
        Table table = table("t", PartitionSpec.unpartitioned());
        for (int i = 0; i < 5; i++) {
            append(table, file(table, i, i));
        }
        files.get("t").reads();

        assertThat(added(planner, table, 3)).containsExactlyInAnyOrder(4L, 5L);
        assertThat(files.get("t").reads()).hasSize(3);
        append(table, file(table, 5, 5));
        assertThat(added(planner, table, 5)).containsExactly(6L);
        assertThat(files.get("t").reads()).hasSize(2);
        assertThat(added(planner, table, 4)).containsExactlyInAnyOrder(5L, 6L);
        assertThat(files.get("t").reads()).isEmpty();
    }

    private List<Long> added(SnapshotPlanner planner, Table table, long after) {
        List<Long> numbers = new ArrayList<>();
        TableState state = state(table);
        planner.addedAfter(state, state.metadata().currentSnapshot(), after, (file, number) -> {
            assertThat(file.dataSequenceNumber()).isEqualTo(number);
            numbers.add(number);
        });
        return numbers;
    }

    @Test
    void queriesAtTheSameTimeShareOneLoad() throws Exception {
        Table table = table("t", PartitionSpec.unpartitioned());
        for (int i = 0; i < 20; i++) {
            append(table, file(table, i, i));
        }
        ExecutorService loads = Executors.newFixedThreadPool(2);
        ExecutorService queries = Executors.newFixedThreadPool(8);
        try {
            SnapshotPlanner planner = planner(PLENTY, loads);
            CyclicBarrier start = new CyclicBarrier(8);
            List<Future<ScanPlan>> plans = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                TableState state = state(table);
                plans.add(queries.submit(() -> {
                    start.await();
                    return plan(planner, state, Expressions.alwaysTrue());
                }));
            }

            for (Future<ScanPlan> plan : plans) {
                assertThat(plan.get().files()).hasSize(20);
            }
            assertThat(files.get("t").reads()).hasSize(21).doesNotHaveDuplicates();
        } finally {
            queries.shutdown();
            loads.shutdown();
        }
    }

    @Test
    void forgetsWhatWasUsedLeastRecently() {
        Table one = table("one", PartitionSpec.unpartitioned());
        Table other = table("two", PartitionSpec.unpartitioned());
        append(one, file(one, 0, 0));
        append(other, file(other, 0, 0));
        ManifestCache measured = new ManifestCache(PLENTY, Runnable::run);
        plan(new SnapshotPlanner(measured, allowed()), one, Expressions.alwaysTrue());
        files.get("one").reads();
        long enough = measured.usage().bytes() * 3 / 2;

        ManifestCache cache = new ManifestCache(enough, Runnable::run);
        SnapshotPlanner planner = new SnapshotPlanner(cache, allowed());
        plan(planner, one, Expressions.alwaysTrue());
        plan(planner, other, Expressions.alwaysTrue());
        assertThat(cache.usage().bytes()).isPositive().isLessThanOrEqualTo(enough);
        files.values().forEach(CountingFileIO::reads);

        plan(planner, other, Expressions.alwaysTrue());
        assertThat(files.get("two").reads()).isEmpty();
        assertThat(plan(planner, one, Expressions.alwaysTrue()).files()).hasSize(1);
        assertThat(files.get("one").reads()).isNotEmpty();
    }

    @Test
    void plansWithoutRoomToRememberAnything() {
        ManifestCache cache = new ManifestCache(0, Runnable::run);
        Table table = table("t", PartitionSpec.unpartitioned());
        append(table, file(table, 0, 0));

        assertThat(plan(new SnapshotPlanner(cache, allowed()), table, Expressions.alwaysTrue())
                        .files())
                .hasSize(1);
        assertThat(cache.usage()).isEqualTo(new ManifestCache.Usage(0, 0, 2));
    }

    @Test
    void aFailedLoadIsTriedAgain() {
        SnapshotPlanner planner = planner(PLENTY, Runnable::run);
        Table table = table("t", PartitionSpec.unpartitioned());
        append(table, file(table, 0, 0));
        files.get("t").loseNext(1);

        assertThatThrownBy(() -> plan(planner, table, Expressions.alwaysTrue()))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND));
        assertThat(plan(planner, table, Expressions.alwaysTrue()).files()).hasSize(1);
    }

    @Test
    void filesOutsideTheAllowedLocationsAreRefused() {
        SnapshotPlanner planner = planner(PLENTY, Runnable::run);
        Table table = table("t", PartitionSpec.unpartitioned());
        append(
                table,
                DataFiles.builder(table.spec())
                        .withPath("file:///etc/secret.parquet")
                        .withFormat(FileFormat.PARQUET)
                        .withFileSizeInBytes(1)
                        .withRecordCount(1)
                        .build());

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> plan(planner, table, Expressions.alwaysTrue()))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN));
        }
    }

    @Test
    void partitionsFollowTheTypeOfTheirColumn() {
        SnapshotPlanner planner = planner(PLENTY, Runnable::run);
        Table table = table("t", PartitionSpec.builderFor(SCHEMA).identity("k").build());
        append(table, file(table, 0, 7));
        assertThat(plan(planner, table, Expressions.equal("k", 7)).files()).hasSize(1);

        table.updateSchema().updateColumn("k", Types.LongType.get()).commit();
        append(table, file(table, 1, 1L << 40));

        assertThat(plan(planner, table, Expressions.equal("k", 7)).files()).hasSize(1);
        assertThat(plan(planner, table, Expressions.equal("k", 1L << 40)).files())
                .hasSize(1);
        assertThat(plan(planner, table, Expressions.equal("k", 8)).pruning())
                .isEqualTo(new ScanPlan.Pruning(2, 2, 2, 2, 0, 0));
    }

    private AllowedLocations allowed() {
        return AllowedLocations.of(
                new StorageConfig(directory.resolve("warehouse").toString(), List.of()));
    }

    private SnapshotPlanner planner(long bytes, Executor executor) {
        return new SnapshotPlanner(new ManifestCache(bytes, executor), allowed());
    }

    private Table table(String name, PartitionSpec spec) {
        Table table = catalog.createTable(
                TableIdentifier.of("main", name),
                SCHEMA,
                spec,
                null,
                Map.of("commit.manifest-merge.enabled", "false", "format-version", "2"));
        files.put(name, new CountingFileIO(table.io()));
        return table;
    }

    private DataFile file(Table table, long id, Number key) {
        ByteBuffer bound = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, id);
        DataFiles.Builder builder = DataFiles.builder(table.spec())
                .withPath(Locations.ofPath(directory.resolve("warehouse/" + table.name() + "/" + id + ".parquet")))
                .withFormat(FileFormat.PARQUET)
                .withFileSizeInBytes(1)
                .withMetrics(new Metrics(
                        1L, null, Map.of(1, 1L), Map.of(1, 0L), Map.of(), Map.of(1, bound), Map.of(1, bound)));
        if (table.spec().isPartitioned()) {
            PartitionData partition = new PartitionData(table.spec().partitionType());
            partition.set(0, key);
            builder.withPartition(partition);
        }
        return builder.build();
    }

    private static void append(Table table, DataFile file) {
        table.newFastAppend().appendFile(file).commit();
    }

    private TableState state(Table table) {
        table.refresh();
        String name = table.name().substring(table.name().lastIndexOf('.') + 1);
        return new TableState(
                TableIdentifier.of("main", name),
                ((BaseTable) table).operations().current(),
                false,
                files.get(name));
    }

    private ScanPlan plan(SnapshotPlanner planner, Table table, Expression filter) {
        return plan(planner, state(table), filter);
    }

    private static ScanPlan plan(SnapshotPlanner planner, TableState state, Expression filter) {
        return planner.plan(
                state,
                Optional.of(state.metadata().currentSnapshot()),
                state.metadata().schema(),
                filter);
    }
}
