package dev.eider.warehouse.scan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.avro.InternalReader;
import org.apache.iceberg.types.Types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Reads the partition of each file, and each distinct one only once: files say the same in the same bytes. Confined to
 * one thread.
 */
final class PartitionReader implements AvroStep {
    private static final PartitionData NONE = new PartitionData(StructType.of());

    private final ManifestColumns columns;
    private final AvroStep skip;
    private final PartitionData template;
    private final @Nullable InternalReader<PartitionData> reader;
    private final Map<ByteBuffer, Integer> indexes = new HashMap<>();
    private byte[] last = {};
    private int lastIndex = -1;
    private @Nullable BinaryDecoder decoder;

    /** Reads partitions of a type, which are found in the file by the ids of its fields. */
    PartitionReader(Schema schema, StructType type, ManifestColumns columns) throws UnusualManifestException {
        if (schema.getType() != Schema.Type.RECORD) {
            throw new UnusualManifestException("Partitions that are no records");
        }
        this.columns = columns;
        this.skip = AvroStep.skip(schema);
        if (type.fields().isEmpty()) {
            this.template = NONE;
            this.reader = null;
        } else {
            this.template = new PartitionData(type);
            InternalReader<PartitionData> found = InternalReader.create(new org.apache.iceberg.Schema(type.fields()));
            this.reader = found.setRootType(PartitionData.class);
            found.setSchema(schema);
        }
    }

    /** Puts the one partition of a table that has no more. */
    static void unpartitioned(ManifestColumns columns) {
        columns.partition(columns.size() == 0 ? columns.indexOf(NONE) : 0);
    }

    @Override
    public void run(AvroCursor in) throws IOException {
        int from = in.position();
        skip.run(in);
        if (reader == null) {
            unpartitioned(columns);
            return;
        }
        if (lastIndex < 0 || !Arrays.equals(last, 0, last.length, in.bytes(), from, in.position())) {
            last = Arrays.copyOfRange(in.bytes(), from, in.position());
            Integer known = indexes.get(ByteBuffer.wrap(last));
            lastIndex = known == null ? read(reader) : known;
        }
        columns.partition(lastIndex);
    }

    private int read(InternalReader<PartitionData> from) throws IOException {
        decoder = DecoderFactory.get().binaryDecoder(last, decoder);
        int index = columns.indexOf(from.read(template, decoder).copy());
        indexes.put(ByteBuffer.wrap(last), index);
        return index;
    }
}
