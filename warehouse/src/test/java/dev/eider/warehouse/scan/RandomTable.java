package dev.eider.warehouse.scan;

import dev.eider.catalog.TableState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.UpdatePartitionSpec;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Term;
import org.apache.iceberg.inmemory.InMemoryCatalog;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * A table of metadata only: files that nobody wrote, appended and deleted from at random, under specs and schemas that
 * change at random.
 */
final class RandomTable {
    private static final Schema SCHEMA = new Schema(
            NestedField.required(1, "id", Types.LongType.get()),
            NestedField.optional(2, "i", Types.IntegerType.get()),
            NestedField.optional(3, "f", Types.FloatType.get()),
            NestedField.optional(4, "d", Types.DoubleType.get()),
            NestedField.optional(5, "s", Types.StringType.get()),
            NestedField.optional(6, "day", Types.DateType.get()),
            NestedField.optional(7, "ts", Types.TimestampType.withoutZone()),
            NestedField.optional(8, "amount", Types.DecimalType.of(9, 2)),
            NestedField.optional(9, "b", Types.BinaryType.get()),
            NestedField.optional(10, "flag", Types.BooleanType.get()),
            NestedField.optional(
                    11,
                    "n",
                    Types.StructType.of(
                            NestedField.optional(12, "x", Types.IntegerType.get()),
                            NestedField.optional(13, "y", Types.StringType.get()))));

    private final Random random;
    private final String location;
    private final int formatVersion;
    private final Table table;
    private int made;

    /** The rows of each data file, by location. */
    final Map<String, MadeFile> files = new HashMap<>();
    /** What each file of equality deletes deletes. */
    final Map<String, MadeFile> equalityDeletes = new HashMap<>();

    RandomTable(InMemoryCatalog catalog, String name, String location, Random random) {
        this.random = random;
        this.location = location;
        this.formatVersion = 1 + random.nextInt(3);
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("format-version", String.valueOf(formatVersion));
        properties.put("commit.manifest-merge.enabled", String.valueOf(random.nextBoolean()));
        properties.put("commit.manifest.min-count-to-merge", "3");
        this.table = catalog.createTable(
                TableIdentifier.of("main", name), SCHEMA, PartitionSpec.unpartitioned(), null, properties);
    }

    TableState state() {
        table.refresh();
        return new TableState(
                TableIdentifier.of("main", "t"),
                ((BaseTable) table).operations().current(),
                false,
                table.io());
    }

    Table table() {
        return table;
    }

    /** Does something that an engine could do. */
    void step() {
        switch (random.nextInt(10)) {
            case 0 -> evolveSpec();
            case 1 -> evolveSchema();
            case 2, 3, 4 -> {
                if (formatVersion > 1 && !files.isEmpty()) {
                    delete();
                }
            }
            case 5 -> removeFiles();
            default -> append();
        }
    }

    private void evolveSpec() {
        UpdatePartitionSpec update = table.updateSpec();
        try {
            if (!table.spec().isUnpartitioned() && random.nextBoolean()) {
                update.removeField(table.spec().fields().get(0).name());
            } else {
                List<NestedField> columns = table.schema().columns().stream()
                        .filter(field -> field.type().isPrimitiveType())
                        .toList();
                NestedField column = columns.get(random.nextInt(columns.size()));
                update.addField("p" + made++, transform(column));
            }
            update.commit();
        } catch (IllegalArgumentException | org.apache.iceberg.exceptions.ValidationException refused) {
            // A second partition field of the same meaning.
        }
    }

    private Term transform(NestedField column) {
        String name = column.name();
        Type.TypeID type = column.type().typeId();
        boolean time = type == Type.TypeID.DATE || type == Type.TypeID.TIMESTAMP;
        return switch (random.nextInt(4)) {
            case 0 ->
                type == Type.TypeID.FLOAT || type == Type.TypeID.DOUBLE || type == Type.TypeID.BOOLEAN
                        ? Expressions.ref(name)
                        : Expressions.bucket(name, 4);
            case 1 ->
                switch (type) {
                    case INTEGER, LONG, STRING, DECIMAL, BINARY -> Expressions.truncate(name, 5);
                    case DATE, TIMESTAMP -> random.nextBoolean() ? Expressions.year(name) : Expressions.month(name);
                    default -> Expressions.ref(name);
                };
            case 2 ->
                type == Type.TypeID.TIMESTAMP
                        ? Expressions.hour(name)
                        : time ? Expressions.day(name) : Expressions.ref(name);
            default -> Expressions.ref(name);
        };
    }

    /** Columns that partition the table keep their type and stay. */
    private void evolveSchema() {
        Set<Integer> sources = table.specs().values().stream()
                .flatMap(spec -> spec.fields().stream())
                .map(field -> field.sourceId())
                .collect(Collectors.toSet());
        List<NestedField> free = table.schema().columns().stream()
                .filter(field -> field.type().isPrimitiveType() && !sources.contains(field.fieldId()))
                .filter(field -> field.fieldId() > 1)
                .toList();
        NestedField column = table.schema()
                .columns()
                .get(random.nextInt(table.schema().columns().size()));
        switch (random.nextInt(5)) {
            case 0 ->
                table.updateSchema().renameColumn(column.name(), "r" + made++).commit();
            case 1 ->
                table.updateSchema()
                        .addColumn("c" + made++, Types.LongType.get())
                        .commit();
            case 2 -> {
                if (!free.isEmpty()) {
                    NestedField dropped = free.get(random.nextInt(free.size()));
                    table.updateSchema().deleteColumn(dropped.name()).commit();
                    table.updateSchema()
                            .addColumn(dropped.name(), dropped.type())
                            .commit();
                }
            }
            default -> widen(column);
        }
    }

    private void widen(NestedField column) {
        if (column.type().typeId() == Type.TypeID.INTEGER) {
            table.updateSchema()
                    .updateColumn(column.name(), Types.LongType.get())
                    .commit();
        } else if (column.type().typeId() == Type.TypeID.FLOAT) {
            table.updateSchema()
                    .updateColumn(column.name(), Types.DoubleType.get())
                    .commit();
        }
    }

    private List<Map<Integer, Object>> rows(int count) {
        List<Map<Integer, Object>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Map<Integer, Object> row = new HashMap<>();
            for (NestedField field : MadeFile.primitives(table.schema().asStruct())) {
                if (field.isRequired() || random.nextInt(5) > 0) {
                    row.put(field.fieldId(), MadeFile.random(field.type(), random));
                }
            }
            rows.add(row);
        }
        return rows;
    }

    private void append() {
        AppendFiles append = random.nextBoolean() ? table.newAppend() : table.newFastAppend();
        dataFiles().forEach(append::appendFile);
        append.commit();
    }

    private List<DataFile> dataFiles() {
        PartitionSpec spec = table.spec();
        Map<PartitionKey, List<Map<Integer, Object>>> groups = new LinkedHashMap<>();
        int perFile = 1 + random.nextInt(4);
        for (Map<Integer, Object> row : rows(1 + random.nextInt(24))) {
            groups.computeIfAbsent(key(spec, row), missing -> new ArrayList<>()).add(row);
        }
        List<DataFile> made = new ArrayList<>();
        groups.forEach((key, rows) -> {
            for (int from = 0; from < rows.size(); from += perFile) {
                MadeFile file = new MadeFile(rows.subList(from, Math.min(rows.size(), from + perFile)));
                String path = path();
                files.put(path, file);
                made.add(DataFiles.builder(spec)
                        .withPath(path)
                        .withFormat(FileFormat.PARQUET)
                        .withFileSizeInBytes(1_000)
                        .withPartition(key)
                        .withMetrics(file.metrics(table.schema(), random))
                        .build());
            }
        });
        return made;
    }

    private PartitionKey key(PartitionSpec spec, Map<Integer, Object> row) {
        PartitionKey key = new PartitionKey(spec, table.schema());
        key.partition(MadeFile.row(table.schema().asStruct(), row));
        return key.copy();
    }

    private String path() {
        return location + "/data/" + random.nextInt(3) + "/" + made++ + ".parquet";
    }

    private List<DataFile> live() {
        List<DataFile> live = new ArrayList<>();
        table.newScan().includeColumnStats().planFiles().forEach(task -> live.add(task.file()));
        return live;
    }

    private void removeFiles() {
        List<DataFile> live = live();
        if (!live.isEmpty()) {
            table.newDelete().deleteFile(live.get(random.nextInt(live.size()))).commit();
        }
    }

    private void delete() {
        List<DataFile> live = live();
        if (live.isEmpty()) {
            return;
        }
        RowDelta delta =
                table.newRowDelta().validateFromSnapshot(table.currentSnapshot().snapshotId());
        DataFile file = live.get(random.nextInt(live.size()));
        if (random.nextBoolean()) {
            delta.addDeletes(equalityDeletes(file));
        } else if (formatVersion == 3) {
            DeleteFile vector = vector(file);
            oldVectors(file).forEach(delta::removeDeletes);
            delta.addDeletes(vector);
        } else {
            delta.addDeletes(positionDeletes(file));
        }
        if (random.nextInt(4) == 0) {
            dataFiles().forEach(delta::addRows);
        }
        delta.commit();
    }

    private List<DeleteFile> oldVectors(DataFile file) {
        List<DeleteFile> vectors = new ArrayList<>();
        table.newScan().planFiles().forEach(task -> {
            if (task.file().location().equals(file.location())) {
                task.deletes().stream()
                        .filter(delete -> delete.referencedDataFile() != null)
                        .forEach(vectors::add);
            }
        });
        return vectors;
    }

    private FileMetadata.Builder deletes(DataFile file) {
        PartitionSpec spec = table.specs().get(file.specId());
        FileMetadata.Builder builder = FileMetadata.deleteFileBuilder(spec)
                .withFileSizeInBytes(100)
                .withPath(path())
                .withFormat(FileFormat.PARQUET);
        return spec.isPartitioned() ? builder.withPartition(file.partition()) : builder;
    }

    private DeleteFile vector(DataFile file) {
        return deletes(file)
                .ofPositionDeletes()
                .withPath(path().replace("parquet", "puffin"))
                .withFormat(FileFormat.PUFFIN)
                .withReferencedDataFile(file.location())
                .withContentOffset(4)
                .withContentSizeInBytes(50)
                .withRecordCount(1)
                .build();
    }

    private DeleteFile positionDeletes(DataFile file) {
        FileMetadata.Builder builder = deletes(file).ofPositionDeletes().withRecordCount(1);
        if (random.nextBoolean()) {
            builder.withReferencedDataFile(file.location());
        }
        return builder.build();
    }

    private DeleteFile equalityDeletes(DataFile file) {
        List<NestedField> columns = table.schema().columns().stream()
                .filter(field -> field.type().isPrimitiveType())
                .filter(field -> field.fieldId() == 1 || random.nextInt(5) == 0)
                .toList();
        List<Map<Integer, Object>> deleted = rows(1 + random.nextInt(3));
        if (random.nextBoolean()) {
            deleted.add(files.get(file.location()).rows().get(0));
        }
        MadeFile made = new MadeFile(deleted);
        int[] ids = columns.stream().mapToInt(NestedField::fieldId).toArray();
        Metrics metrics = made.metrics(table.schema().select(names(columns)), random);
        DeleteFile delete =
                deletes(file).ofEqualityDeletes(ids).withMetrics(metrics).build();
        equalityDeletes.put(delete.location(), made);
        return delete;
    }

    private static List<String> names(List<NestedField> columns) {
        return columns.stream().map(NestedField::name).toList();
    }

    List<Snapshot> snapshots() {
        List<Snapshot> snapshots = new ArrayList<>();
        table.snapshots().forEach(snapshots::add);
        return snapshots;
    }
}
