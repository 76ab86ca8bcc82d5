package dev.eider.warehouse.scan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.BaseDeleteLoader;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DVFileWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.DeleteWriteResult;
import org.apache.iceberg.io.FileWriterFactory;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types.NestedField;
import org.apache.iceberg.types.Types.StructType;
import org.apache.iceberg.util.ContentFileUtil;
import org.apache.iceberg.util.StructLikeWrapper;

/** A table that random commits change, written by Iceberg's generic writers. */
final class WrittenTable {
    private final Random random;
    private final RandomValues values;
    private final Table table;
    private final RandomEvolution evolution;
    private final int formatVersion;
    private final Set<Integer> equalityIds = new HashSet<>();
    /** Iceberg's reader keeps one struct for all nested keys that apply to a file: it misses all but one. */
    private boolean nestedKeyDeleted;

    private final List<Record> written = new ArrayList<>();

    WrittenTable(Catalog catalog, TableIdentifier name, Random random) {
        this.random = random;
        this.formatVersion = 2 + random.nextInt(2);
        this.values = new RandomValues(random, formatVersion);
        List<NestedField> columns = new ArrayList<>();
        int[] nextId = {1};
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int id = nextId[0]++;
            columns.add(NestedField.optional(id, "f" + i, i == 0 ? values.primitive() : values.type(3, nextId)));
        }
        Schema schema = new Schema(columns);
        this.table = catalog.buildTable(name, schema)
                .withPartitionSpec(RandomEvolution.spec(schema, random))
                .withProperty("format-version", Integer.toString(formatVersion))
                .create();
        this.evolution = new RandomEvolution(table, values, random, formatVersion, equalityIds);
    }

    Table table() {
        return table;
    }

    boolean isUnpartitioned() {
        return table.spec().isUnpartitioned();
    }

    /** Changes the table once, and returns what was done. */
    String step() {
        try {
            return switch (random.nextInt(12)) {
                case 0, 1, 2 -> append();
                case 3, 4, 5, 6 -> evolution.schema();
                case 7 -> evolution.partitioning();
                case 8, 9 -> formatVersion == 2 ? deletePositions() : deleteByVector();
                case 10 -> deleteByKey();
                default -> random.nextInt(3) == 0 ? dropFile() : deleteByKey();
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String append() throws IOException {
        StructType struct = table.schema().asStruct();
        Map<StructLikeWrapper, List<Record>> byPartition = new LinkedHashMap<>();
        for (int i = 0; i < 1 + random.nextInt(12); i++) {
            Record row = values.record(struct);
            byPartition
                    .computeIfAbsent(partition(row, struct), any -> new ArrayList<>())
                    .add(row);
            written.add(row);
        }
        AppendFiles append = table.newAppend();
        for (Map.Entry<StructLikeWrapper, List<Record>> part : byPartition.entrySet()) {
            append.appendFile(dataFile(part.getKey().get(), part.getValue()));
        }
        append.commit();
        return "append";
    }

    private StructLikeWrapper partition(Record row, StructType struct) {
        PartitionKey key = new PartitionKey(table.spec(), table.schema());
        key.partition(new InternalRecordWrapper(struct).wrap(row));
        return StructLikeWrapper.forType(table.spec().partitionType()).set(key.copy());
    }

    private DataFile dataFile(StructLike partition, List<Record> rows) throws IOException {
        Schema columns = random.nextBoolean() ? table.schema() : withoutSomePartitionColumns();
        DataWriter<Record> writer = writers(columns)
                .newDataWriter(output().newOutputFile(table.spec(), partition), table.spec(), partition);
        try (writer) {
            rows.forEach(row -> writer.write(part(row, columns.asStruct())));
        }
        DataFile file = writer.toDataFile();
        if (table.spec().isUnpartitioned() || random.nextInt(4) > 0) {
            return file;
        }
        return DataFiles.builder(table.spec())
                .copy(file)
                .withMetrics(new Metrics(file.recordCount(), null, null, null, null))
                .build();
    }

    /** Tables that come from Hive have such files: the partition alone has the values of these columns. */
    private Schema withoutSomePartitionColumns() {
        Set<Integer> left = new HashSet<>();
        for (int id : new TreeSet<>(table.spec().identitySourceIds())) {
            List<NestedField> path =
                    Objects.requireNonNull(NestedFields.path(table.schema().asStruct(), id), "path");
            List<NestedField> mates = path.size() == 1
                    ? table.schema().columns()
                    : path.get(path.size() - 2).type().asStructType().fields();
            if (random.nextInt(3) > 0
                    && mates.stream().anyMatch(mate -> mate.fieldId() != id && !left.contains(mate.fieldId()))) {
                left.add(id);
            }
        }
        return left.isEmpty() ? table.schema() : TypeUtil.selectNot(table.schema(), left);
    }

    /** Returns a row with fewer fields. */
    private static Record part(Record row, StructType struct) {
        if (row.struct().equals(struct)) {
            return row;
        }
        Record part = GenericRecord.create(struct);
        for (NestedField field : struct.fields()) {
            Object value = row.getField(field.name());
            part.setField(
                    field.name(),
                    value instanceof Record nested && field.type().isStructType()
                            ? part(nested, field.type().asStructType())
                            : value);
        }
        return part;
    }

    private FileWriterFactory<Record> writers() {
        return writers(table.schema());
    }

    private FileWriterFactory<Record> writers(Schema columns) {
        return new GenericFileWriterFactory.Builder(table)
                .dataSchema(columns)
                .dataFileFormat(FileFormat.PARQUET)
                .deleteFileFormat(FileFormat.PARQUET)
                .build();
    }

    private OutputFileFactory output() {
        return OutputFileFactory.builderFor(table, 1, random.nextLong() >>> 1)
                .format(FileFormat.PARQUET)
                .build();
    }

    private List<FileScanTask> tasks() throws IOException {
        List<FileScanTask> tasks = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
            planned.forEach(tasks::add);
        }
        tasks.sort((one, other) -> one.file().location().compareTo(other.file().location()));
        return tasks;
    }

    private String dropFile() throws IOException {
        List<FileScanTask> tasks = tasks();
        if (tasks.size() < 2) {
            return append();
        }
        table.newDelete()
                .deleteFile(tasks.get(random.nextInt(tasks.size())).file())
                .commit();
        return "drop file";
    }

    private Set<Long> positions(long rows) {
        Set<Long> positions = new TreeSet<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            positions.add((long) random.nextInt((int) rows));
        }
        return positions;
    }

    /** One delete file for all the chosen data files of a partition, as the specification allows. */
    private String deletePositions() throws IOException {
        List<FileScanTask> tasks = tasks();
        if (tasks.isEmpty()) {
            return append();
        }
        DataFile first = tasks.get(random.nextInt(tasks.size())).file();
        PartitionSpec spec = table.specs().get(first.specId());
        StructLikeWrapper partition =
                StructLikeWrapper.forType(spec.partitionType()).set(first.partition());
        PositionDeleteWriter<Record> writer = writers()
                .newPositionDeleteWriter(output().newOutputFile(spec, first.partition()), spec, first.partition());
        try (writer) {
            for (FileScanTask task : tasks) {
                DataFile file = task.file();
                boolean mate = file.specId() == first.specId()
                        && StructLikeWrapper.forType(spec.partitionType())
                                .set(file.partition())
                                .equals(partition);
                if (file.location().equals(first.location()) || (mate && random.nextBoolean())) {
                    for (long position : positions(file.recordCount())) {
                        PositionDelete<Record> delete = PositionDelete.create();
                        writer.write(delete.set(file.location(), position));
                    }
                }
            }
        }
        table.newRowDelta().addDeletes(writer.toDeleteFile()).commit();
        return "delete positions";
    }

    private String deleteByVector() throws IOException {
        List<FileScanTask> tasks = tasks();
        if (tasks.isEmpty()) {
            return append();
        }
        Map<String, DeleteFile> previous = new HashMap<>();
        tasks.forEach(task -> task.deletes().stream()
                .filter(ContentFileUtil::isDV)
                .forEach(delete -> previous.put(task.file().location(), delete)));
        OutputFileFactory puffin = OutputFileFactory.builderFor(table, 1, random.nextLong() >>> 1)
                .format(FileFormat.PUFFIN)
                .build();
        DVFileWriter writer = new BaseDVFileWriter(
                puffin,
                path -> previous.containsKey(path)
                        ? new BaseDeleteLoader(file -> table.io().newInputFile(file.location()))
                                .loadPositionDeletes(List.of(previous.get(path)), path)
                        : null);
        try (writer) {
            for (FileScanTask task : tasks) {
                if (random.nextInt(3) != 0) {
                    DataFile file = task.file();
                    positions(file.recordCount())
                            .forEach(position ->
                                    writer.delete(file.location(), position, task.spec(), file.partition()));
                }
            }
        }
        DeleteWriteResult result = writer.result();
        RowDelta delta =
                table.newRowDelta().validateFromSnapshot(table.currentSnapshot().snapshotId());
        result.deleteFiles().forEach(delta::addDeletes);
        result.rewrittenDeleteFiles().forEach(delta::removeDeletes);
        delta.commit();
        return "delete by vector";
    }

    private String deleteByKey() throws IOException {
        List<NestedField> candidates = new ArrayList<>();
        collectKeys(table.schema().asStruct(), candidates, false);
        List<FileScanTask> tasks = tasks();
        if (candidates.isEmpty() || tasks.isEmpty()) {
            return append();
        }
        Set<Integer> ids = new LinkedHashSet<>();
        for (int i = 0; i < 1 + random.nextInt(2); i++) {
            ids.add(candidates.get(random.nextInt(candidates.size())).fieldId());
        }
        Schema keys = TypeUtil.select(table.schema(), ids);
        boolean nested = keys.columns().stream().anyMatch(key -> key.type().isNestedType());
        if (nested && nestedKeyDeleted) {
            return append();
        }
        nestedKeyDeleted |= nested;
        equalityIds.addAll(ids);
        DataFile like = tasks.get(random.nextInt(tasks.size())).file();
        PartitionSpec spec = table.specs().get(like.specId());
        EqualityDeleteWriter<Record> writer = new GenericFileWriterFactory.Builder(table)
                .dataFileFormat(FileFormat.PARQUET)
                .deleteFileFormat(FileFormat.PARQUET)
                .equalityFieldIds(ids.stream().mapToInt(Integer::intValue).toArray())
                .equalityDeleteRowSchema(keys)
                .build()
                .newEqualityDeleteWriter(output().newOutputFile(spec, like.partition()), spec, like.partition());
        try (writer) {
            for (int i = 0; i < (nested ? 1 : 1 + random.nextInt(3)); i++) {
                writer.write(values.record(keys.asStruct()));
            }
        }
        RowDelta delta = table.newRowDelta().addDeletes(described(spec, writer.toDeleteFile()));
        if (random.nextBoolean() && table.spec().isUnpartitioned()) {
            // Rows of the same commit are not deleted by it.
            delta.addRows(dataFile(
                    GenericRecord.create(StructType.of()),
                    List.of(values.record(table.schema().asStruct()))));
        }
        delta.commit();
        return "delete by key " + ids;
    }

    /** Iceberg's planning misses a delete of NaN where bounds, which leave NaN out, do not overlap. */
    private DeleteFile described(PartitionSpec spec, DeleteFile file) {
        boolean floating = file.equalityFieldIds().stream()
                .map(id -> table.schema().findType(id).typeId())
                .anyMatch(type -> type == Type.TypeID.FLOAT || type == Type.TypeID.DOUBLE);
        if (!floating) {
            return file;
        }
        return FileMetadata.deleteFileBuilder(spec)
                .copy(file)
                .ofEqualityDeletes(file.equalityFieldIds().stream()
                        .mapToInt(Integer::intValue)
                        .toArray())
                .withMetrics(new Metrics(file.recordCount(), null, null, null, null))
                .build();
    }

    private static void collectKeys(StructType struct, Collection<NestedField> keys, boolean nested) {
        for (NestedField field : struct.fields()) {
            if (isKey(field.type())) {
                // Iceberg's planning takes what is required for never NULL, also where a struct around it is.
                if (field.isOptional() || !nested) {
                    keys.add(field);
                }
            } else if (field.type().isStructType()) {
                collectKeys(field.type().asStructType(), keys, true);
            }
        }
    }

    /**
     * Iceberg's reader keeps one array for the bytes of all keys of a delete file: it misses all but the last. And it
     * misses deletes of UUIDs that are negative numbers to it.
     */
    private static boolean isKey(Type type) {
        return switch (type.typeId()) {
            case BINARY, FIXED, UUID, STRUCT, LIST, MAP -> false;
            default -> true;
        };
    }
}
