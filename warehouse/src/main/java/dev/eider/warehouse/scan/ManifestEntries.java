package dev.eider.warehouse.scan;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.types.Types.StructType;

/**
 * Reads the entries of a manifest of data files straight into columns, without an object for each. Confined to one
 * thread.
 *
 * <p>Gives what Iceberg's {@code ManifestReader} gives: deleted entries are none, and what an entry leaves out it
 * inherits from the manifest.
 */
final class ManifestEntries {
    private static final int STATUS = 0;
    private static final int FILE = 2;
    private static final int SEQUENCE = 3;
    private static final int ADDITION = 4;
    private static final int ADDED = 1;
    private static final int DELETED = 2;
    private static final long NONE = Long.MIN_VALUE;

    private final ManifestFile manifest;
    private final ManifestColumns columns;
    private final AvroStep entry;
    private final boolean hasPartitions;
    private final boolean assignsRowIds;
    private long nextRowId;

    private int status;
    private long sequence;
    private long addition;
    private long rows;
    private long firstRowId;
    private byte[] lastFormat = {};
    private FileFormat format = FileFormat.PARQUET;

    /**
     * Prepares to read entries that are written by a schema.
     *
     * @param partitionType with the field ids that manifests have
     */
    ManifestEntries(ManifestFile manifest, Schema schema, StructType partitionType, ManifestColumns columns)
            throws UnusualManifestException {
        this.manifest = manifest;
        this.columns = columns;
        Long first = manifest.firstRowId();
        this.assignsRowIds = first != null;
        this.nextRowId = first == null ? 0 : first;
        AvroFields file = file(partitionType);
        AvroFields fields = new AvroFields()
                .readRequired(STATUS, written -> whole(written, value -> status = status(value)))
                .readOptional(SEQUENCE, written -> whole(written, value -> sequence = value))
                .readOptional(ADDITION, written -> whole(written, value -> addition = value))
                .readRequired(FILE, written -> liveOnly(AvroStep.skip(written), file.of(written)));
        this.entry = fields.of(schema);
        fields.require(STATUS, FILE);
        file.require(DataFile.FILE_PATH.fieldId());
        file.require(DataFile.FILE_FORMAT.fieldId());
        file.require(DataFile.RECORD_COUNT.fieldId());
        file.require(DataFile.FILE_SIZE.fieldId());
        this.hasPartitions = file.has(DataFile.PARTITION_ID);
        if (!hasPartitions && !partitionType.fields().isEmpty()) {
            throw new UnusualManifestException("No partitions");
        }
    }

    private AvroFields file(StructType partitionType) {
        return new AvroFields()
                .readRequired(DataFile.FILE_PATH.fieldId(), this::path)
                .readRequired(DataFile.FILE_FORMAT.fieldId(), this::format)
                .read(DataFile.PARTITION_ID, written -> partition(written, partitionType))
                .readRequired(DataFile.RECORD_COUNT.fieldId(), written -> whole(written, value -> rows = value))
                .readRequired(DataFile.FILE_SIZE.fieldId(), written -> whole(written, columns::bytes))
                .readOptional(DataFile.FIRST_ROW_ID.fieldId(), written -> whole(written, value -> firstRowId = value))
                .readOptional(DataFile.VALUE_COUNTS.fieldId(), written -> counts(written, FieldMetrics.Builder::values))
                .readOptional(
                        DataFile.NULL_VALUE_COUNTS.fieldId(), written -> counts(written, FieldMetrics.Builder::nulls))
                .readOptional(
                        DataFile.NAN_VALUE_COUNTS.fieldId(), written -> counts(written, FieldMetrics.Builder::nans))
                .readOptional(DataFile.LOWER_BOUNDS.fieldId(), written -> bounds(written, FieldMetrics.Builder::lower))
                .readOptional(DataFile.UPPER_BOUNDS.fieldId(), written -> bounds(written, FieldMetrics.Builder::upper));
    }

    private AvroStep partition(Schema schema, StructType type) throws UnusualManifestException {
        return AvroStep.optional(schema, written -> new PartitionReader(written, type, columns), in -> {
            if (!type.fields().isEmpty()) {
                throw new IOException("A file has no partition");
            }
            PartitionReader.unpartitioned(columns);
        });
    }

    private AvroStep liveOnly(AvroStep skip, AvroStep read) {
        return in -> (status == DELETED ? skip : read).run(in);
    }

    private static int status(long value) throws IOException {
        if (value < 0 || value > DELETED) {
            throw new IOException("An entry has the status %d".formatted(value));
        }
        return (int) value;
    }

    /** Takes a whole number. */
    private interface Target {
        void set(long value) throws IOException;
    }

    private static AvroStep whole(Schema schema, Target target) throws UnusualManifestException {
        require(schema, Schema.Type.INT, Schema.Type.LONG);
        return in -> target.set(in.readLong());
    }

    private static void require(Schema schema, Schema.Type... types) throws UnusualManifestException {
        if (!isPlain(schema, Arrays.asList(types))) {
            throw new UnusualManifestException("A field is written as %s".formatted(schema));
        }
    }

    private AvroStep path(Schema schema) throws UnusualManifestException {
        require(schema, Schema.Type.STRING);
        return in -> {
            int length = in.readLength();
            columns.path(in.bytes(), in.position(), length);
            in.skip(length);
        };
    }

    private AvroStep format(Schema schema) throws UnusualManifestException {
        require(schema, Schema.Type.STRING);
        return in -> {
            int length = in.readLength();
            int from = in.position();
            in.skip(length);
            if (!Arrays.equals(lastFormat, 0, lastFormat.length, in.bytes(), from, in.position())) {
                lastFormat = Arrays.copyOfRange(in.bytes(), from, in.position());
                format = FileFormat.fromString(new String(lastFormat, StandardCharsets.UTF_8));
            }
            columns.format(format);
        };
    }

    private AvroStep counts(Schema schema, Function<FieldMetrics.Builder, LongColumn.Builder> column)
            throws UnusualManifestException {
        return metrics(schema, List.of(Schema.Type.INT, Schema.Type.LONG), (in, id) -> column.apply(columns.metrics(id))
                .put(columns.size(), in.readLong(), FieldMetrics.UNKNOWN));
    }

    private AvroStep bounds(Schema schema, Function<FieldMetrics.Builder, BytesColumn.Builder> column)
            throws UnusualManifestException {
        return metrics(schema, List.of(Schema.Type.BYTES), (in, id) -> {
            int length = in.readLength();
            column.apply(columns.metrics(id)).put(columns.size(), in.bytes(), in.position(), length);
            in.skip(length);
        });
    }

    /** Takes the value of a metric of a field. */
    private interface Metric {
        void read(AvroCursor in, int id) throws IOException;
    }

    /**
     * Reads a map by field id, which is an array of a key and a value; either may be declared as one that may be a null.
     * One that is written in any other way is left out: a plan without statistics is right.
     */
    private static AvroStep metrics(Schema schema, List<Schema.Type> values, Metric metric)
            throws UnusualManifestException {
        Schema item = schema.getType() == Schema.Type.ARRAY ? notNull(schema.getElementType()) : schema;
        if (!"map".equals(schema.getProp("logicalType"))
                || item.getType() != Schema.Type.RECORD
                || item.getFields().size() != 2) {
            return AvroStep.skip(schema);
        }
        Schema key = item.getFields().get(0).schema();
        Schema value = item.getFields().get(1).schema();
        if (!isPlain(notNull(key), List.of(Schema.Type.INT)) || !isPlain(notNull(value), values)) {
            return AvroStep.skip(schema);
        }
        return AvroStep.items(item(schema.getElementType(), key, value, metric));
    }

    private static AvroStep item(Schema item, Schema key, Schema value, Metric metric) throws UnusualManifestException {
        if (item.getType() == Schema.Type.RECORD
                && key.getType() != Schema.Type.UNION
                && value.getType() != Schema.Type.UNION) {
            return in -> metric.read(in, in.readInt());
        }
        int[] id = {-1};
        AvroStep readKey = AvroStep.optional(key, written -> in -> id[0] = in.readInt(), in -> id[0] = -1);
        AvroStep skip = AvroStep.skip(notNull(value));
        AvroStep readValue = AvroStep.optional(
                value,
                written -> in -> {
                    if (id[0] < 0) {
                        skip.run(in);
                    } else {
                        metric.read(in, id[0]);
                    }
                },
                in -> {});
        return AvroStep.optional(item, written -> AvroStep.all(readKey, readValue), in -> {});
    }

    /** Returns what a value is that may be a null; anything else as it is. */
    private static Schema notNull(Schema schema) {
        if (schema.getType() == Schema.Type.UNION && schema.getTypes().size() == 2) {
            int empty = schema.getTypes().get(0).getType() == Schema.Type.NULL ? 0 : 1;
            return schema.getTypes().get(1 - empty);
        }
        return schema;
    }

    private static boolean isPlain(Schema schema, List<Schema.Type> types) {
        return schema.getLogicalType() == null && types.contains(schema.getType());
    }

    /** Reads the next entry. */
    void read(AvroCursor in) throws IOException {
        status = DELETED;
        sequence = NONE;
        addition = NONE;
        firstRowId = NONE;
        entry.run(in);
        if (status != DELETED) {
            end();
        }
    }

    private void end() {
        columns.rows(rows);
        if (!hasPartitions) {
            PartitionReader.unpartitioned(columns);
        }
        boolean inherits = manifest.sequenceNumber() == 0 || status == ADDED;
        if (sequence == NONE && !inherits) {
            throw ManifestDecoder.withoutSequence(manifest);
        }
        columns.sequences(
                sequence == NONE ? manifest.sequenceNumber() : sequence,
                addition != NONE ? (Long) addition : inherits ? (Long) manifest.sequenceNumber() : null);
        columns.end(assignsRowIds ? (Long) rowId() : null);
    }

    /** Files without a first row id take theirs from the manifest, one after the other. */
    private long rowId() {
        if (firstRowId != NONE) {
            return firstRowId;
        }
        long assigned = nextRowId;
        nextRowId += rows;
        return assigned;
    }
}
