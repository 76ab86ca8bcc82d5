package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.storage.AllowedLocations;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.StorageConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.expressions.And;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Or;
import org.apache.iceberg.expressions.UnboundPredicate;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our plans against Iceberg's own, over tables and filters made at random. */
class PlanningDifferentialTest {
    private static final int TABLES = Integer.getInteger("eider.test.planning.tables", 20);
    private static final int STEPS = 14;
    private static final int FILTERS = 12;

    @TempDir
    Path directory;

    @Test
    void plansAreThoseOfIceberg() throws IOException {
        AllowedLocations allowed = AllowedLocations.of(
                new StorageConfig(directory.resolve("warehouse").toString(), List.of()));
        ManifestCache cache = new ManifestCache(1 << 20, Runnable::run);
        SnapshotPlanner planner = new SnapshotPlanner(cache, allowed);
        SnapshotTotals totals = new SnapshotTotals(cache, planner);
        try (InMemoryCatalog catalog = new InMemoryCatalog()) {
            catalog.initialize("memory", Map.of());
            catalog.createNamespace(Namespace.of("main"));
            for (int seed = 0; seed < TABLES; seed++) {
                Random random = new Random(seed);
                RandomTable table = new RandomTable(
                        catalog, "t" + seed, Locations.ofPath(directory.resolve("warehouse/t" + seed)), random);
                for (int step = 0; step < STEPS; step++) {
                    table.step();
                }
                compare(planner, table, random, seed);
                compareTotals(totals, table, "table " + seed);
            }
        }
    }

    private static void compare(SnapshotPlanner planner, RandomTable table, Random random, int seed) {
        TableState state = table.state();
        List<Snapshot> snapshots = table.snapshots();
        if (snapshots.isEmpty()) {
            return;
        }
        for (int i = 0; i < FILTERS; i++) {
            boolean current = i < FILTERS / 2;
            Snapshot snapshot =
                    current ? state.metadata().currentSnapshot() : snapshots.get(random.nextInt(snapshots.size()));
            // As Iceberg does: a snapshot that is asked for by its id is read under its own schema.
            Schema schema = current
                    ? state.metadata().schema()
                    : state.metadata().schemasById().get(snapshot.schemaId());
            Expression filter = i % 6 == 0 ? Expressions.alwaysTrue() : new RandomFilter(schema, random).next(2);
            String what = "table %d, snapshot %d, %s".formatted(seed, snapshot.snapshotId(), filter);
            ScanPlan plan = planner.plan(state, Optional.of(snapshot), schema, filter);
            requireMatchingRows(table, state, snapshot, plan, new RowFilter(schema, filter), what);
            var scan = table.table().newScan().filter(filter);
            requireSamePlan(
                    plan,
                    current
                            ? scan
                            : table.table()
                                    .newScan()
                                    .useSnapshot(snapshot.snapshotId())
                                    .filter(filter),
                    what);
        }
    }

    /** Totals are right where there are any; there are some for the rows of a table without deletes. */
    private static void compareTotals(SnapshotTotals totals, RandomTable table, String what) {
        TableState state = table.state();
        Schema schema = state.metadata().schema();
        for (Snapshot snapshot : table.snapshots()) {
            List<Map<Integer, Object>> rows = new ArrayList<>();
            live(table, snapshot)
                    .forEach(file -> rows.addAll(Objects.requireNonNull(table.files.get(file.location()))
                            .rows()));
            boolean deletes = snapshot.deleteManifests(state.io()).stream()
                    .anyMatch(manifest -> manifest.hasAddedFiles() || manifest.hasExistingFiles());
            Optional<Long> count = totals.rows(state, Optional.of(snapshot), schema);
            if (!deletes) {
                assertThat(count).as(what).contains((long) rows.size());
            }
            for (NestedField column : schema.columns()) {
                Optional<SnapshotTotals.Range> range = totals.range(state, Optional.of(snapshot), column);
                range.ifPresent(found -> {
                    List<Object> values = MadeFile.ordered(column, rows);
                    assertThat(deletes).as(what).isFalse();
                    assertThat(found)
                            .as(what + " " + column)
                            .isEqualTo(
                                    values.isEmpty()
                                            ? new SnapshotTotals.Range(null, null)
                                            : new SnapshotTotals.Range(values.get(0), values.get(values.size() - 1)));
                });
            }
        }
    }

    private static void requireSamePlan(ScanPlan plan, org.apache.iceberg.TableScan scan, String what) {
        Map<String, List<DeleteFile>> stock = new HashMap<>();
        try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
            for (FileScanTask task : tasks) {
                stock.put(task.file().location(), task.deletes());
            }
        } catch (ValidationException unknownName) {
            // Iceberg looks up the names of an old snapshot's filter among the columns of today.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(locations(plan)).as(what).containsExactlyInAnyOrderElementsOf(stock.keySet());
        for (ScanFile file : plan.files()) {
            List<DeleteFile> expected = stock.get(file.location());
            assertThat(positions(file.deletes())).as(what).isEqualTo(positions(expected));
            assertThat(paths(file.deletes())).as(what).containsAll(paths(expected));
        }
    }

    private static List<String> locations(ScanPlan plan) {
        return plan.files().stream().map(ScanFile::location).toList();
    }

    private static Set<String> paths(List<DeleteFile> deletes) {
        return deletes.stream().map(ContentFile::location).collect(Collectors.toSet());
    }

    private static Set<String> positions(List<DeleteFile> deletes) {
        return deletes.stream()
                .filter(delete -> delete.content() == FileContent.POSITION_DELETES)
                .map(ContentFile::location)
                .collect(Collectors.toSet());
    }

    /** Every live file that has a matching row is kept, with every equality delete that deletes one of its rows. */
    private static void requireMatchingRows(
            RandomTable table, TableState state, Snapshot snapshot, ScanPlan plan, RowFilter filter, String what) {
        Map<String, ScanFile> kept = new HashMap<>();
        plan.files().forEach(file -> kept.put(file.location(), file));
        List<DeleteFile> deletes = equalityDeletes(state, snapshot);
        live(table, snapshot).forEach(file -> {
            MadeFile made = Objects.requireNonNull(table.files.get(file.location()));
            if (made.rows().stream().anyMatch(filter::matches)) {
                assertThat(kept).as(what).containsKey(file.location());
            }
        });
        for (ScanFile file : plan.files()) {
            for (DeleteFile delete : deletes) {
                if (deletes(table, state, delete, file)) {
                    assertThat(paths(file.deletes())).as(what).contains(delete.location());
                }
            }
        }
    }

    private static List<DataFile> live(RandomTable table, Snapshot snapshot) {
        List<DataFile> live = new ArrayList<>();
        try (CloseableIterable<FileScanTask> tasks =
                table.table().newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
            tasks.forEach(task -> live.add(task.file()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return live;
    }

    private static List<DeleteFile> equalityDeletes(TableState state, Snapshot snapshot) {
        List<DeleteFile> deletes = new ArrayList<>();
        for (ManifestFile manifest : snapshot.deleteManifests(state.io())) {
            try (ManifestReader<DeleteFile> reader = ManifestFiles.readDeleteManifest(
                    manifest, state.io(), state.metadata().specsById())) {
                reader.forEach(deletes::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        deletes.removeIf(delete -> delete.content() != FileContent.EQUALITY_DELETES);
        return deletes;
    }

    private static boolean deletes(RandomTable table, TableState state, DeleteFile delete, ScanFile file) {
        PartitionSpec spec = state.metadata().specsById().get(delete.specId());
        boolean inScope = spec.isUnpartitioned()
                || (delete.specId() == file.specId()
                        && Comparators.forType(spec.partitionType()).compare(delete.partition(), file.partition())
                                == 0);
        if (!inScope || delete.dataSequenceNumber() <= file.dataSequenceNumber()) {
            return false;
        }
        EqualityDelete.Fields fields = EqualityDelete.Fields.of(state.metadata());
        List<NestedField> columns = delete.equalityFieldIds().stream()
                .map(id -> NestedField.optional(id, "c" + id, fields.types().get(id)))
                .toList();
        MadeFile deleted = Objects.requireNonNull(table.equalityDeletes.get(delete.location()));
        MadeFile made = Objects.requireNonNull(table.files.get(file.location()));
        return made.rows().stream()
                .anyMatch(row -> deleted.rows().stream().anyMatch(other -> MadeFile.equal(columns, row, other)));
    }

    /** A filter as SQL means it: what compares with null lets nothing through; NaN is neither less nor greater. */
    private record RowFilter(Schema schema, Expression filter) {
        boolean matches(Map<Integer, Object> row) {
            return matches(Expressions.rewriteNot(filter), row);
        }

        private boolean matches(Expression part, Map<Integer, Object> row) {
            if (part instanceof And both) {
                return matches(both.left(), row) && matches(both.right(), row);
            }
            if (part instanceof Or either) {
                return matches(either.left(), row) || matches(either.right(), row);
            }
            if (part instanceof UnboundPredicate<?> predicate) {
                NestedField field = schema.findField(predicate.ref().name());
                Object value = row.get(field.fieldId());
                boolean isNull = value == null;
                return switch (predicate.op()) {
                    case IS_NULL -> isNull;
                    case NOT_NULL -> !isNull;
                    case LT, LT_EQ, GT, GT_EQ -> !isNull && !MadeFile.isNan(value) && evaluates(predicate, row);
                    default -> !isNull && evaluates(predicate, row);
                };
            }
            return part.op() == Expression.Operation.TRUE;
        }

        private boolean evaluates(UnboundPredicate<?> predicate, Map<Integer, Object> row) {
            return new Evaluator(schema.asStruct(), predicate).eval(MadeFile.row(schema.asStruct(), row));
        }
    }
}
