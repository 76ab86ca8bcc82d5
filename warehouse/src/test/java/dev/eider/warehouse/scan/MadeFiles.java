package dev.eider.warehouse.scan;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/** Makes up data files, with partitions of every type and transform, and with metrics. Confined to one thread. */
final class MadeFiles {
    private static final List<Type> TYPES = List.of(
            Types.BooleanType.get(),
            Types.IntegerType.get(),
            Types.LongType.get(),
            Types.FloatType.get(),
            Types.DoubleType.get(),
            Types.DecimalType.of(9, 2),
            Types.DecimalType.of(38, 10),
            Types.DateType.get(),
            Types.TimeType.get(),
            Types.TimestampType.withoutZone(),
            Types.TimestampType.withZone(),
            Types.StringType.get(),
            Types.UUIDType.get(),
            Types.BinaryType.get(),
            Types.FixedType.ofLength(4),
            Types.TimestampNanoType.withoutZone());
    private static final int FIXED = TYPES.size() - 2;
    private static final Schema SCHEMA = new Schema(java.util.stream.IntStream.range(0, TYPES.size())
            .mapToObj(i -> NestedField.optional(i + 1, "c" + i, TYPES.get(i)))
            .toList());

    private final Random random;

    MadeFiles(Random random) {
        this.random = random;
    }

    static PartitionSpec fixedLengthSpec() {
        return PartitionSpec.builderFor(SCHEMA).identity("c" + FIXED).build();
    }

    static List<PartitionSpec> specs() {
        PartitionSpec.Builder values = PartitionSpec.builderFor(SCHEMA);
        for (int i = 0; i < TYPES.size(); i++) {
            if (i != FIXED) {
                values.identity("c" + i);
            }
        }
        PartitionSpec.Builder transforms = PartitionSpec.builderFor(SCHEMA)
                .bucket("c1", 8)
                .bucket("c12", 8)
                .truncate("c2", 10)
                .truncate("c5", 10)
                .truncate("c11", 2)
                .truncate("c13", 2)
                .year("c7")
                .month("c9", "month")
                .day("c10", "day")
                .hour("c15", "hour")
                .alwaysNull("c3", "nothing");
        return List.of(PartitionSpec.unpartitioned(), transforms.build(), values.build());
    }

    /** Returns one of few partitions. */
    DataFile file(int version, PartitionSpec spec, int number) {
        DataFiles.Builder builder = DataFiles.builder(spec)
                .withPath("s3://bucket/" + (number % 3) + "/ä" + random.nextInt(1_000) + ".parquet")
                .withFormat(FileFormat.values()[1 + random.nextInt(3)])
                .withFileSizeInBytes(1 + random.nextInt(100))
                .withSplitOffsets(random.nextBoolean() ? null : List.of(4L, 400L))
                .withMetrics(metrics());
        if (random.nextBoolean()) {
            builder.withEncryptionKeyMetadata(ByteBuffer.wrap(new byte[] {1, 2}));
        }
        if (version == 3 && number % 7 == 3 && random.nextBoolean()) {
            builder.withFirstRowId(random.nextLong(1L << 40));
        }
        if (!spec.fields().isEmpty()) {
            PartitionData partition = new PartitionData(spec.partitionType());
            List<NestedField> fields = spec.partitionType().fields();
            for (int i = 0; i < fields.size(); i++) {
                partition.set(
                        i, random.nextInt(4) == 0 ? null : value(fields.get(i).type(), number % 5));
            }
            builder.withPartition(partition);
        }
        return builder.build();
    }

    private Metrics metrics() {
        return new Metrics(
                random.nextLong(1L << random.nextInt(1, 40)),
                counts(),
                counts(),
                counts(),
                counts(),
                bounds(),
                bounds());
    }

    private @Nullable Map<Integer, Long> counts() {
        Map<Integer, Long> counts = new HashMap<>();
        for (int id = 1; id < 9_000; id = id * 2 + random.nextInt(3)) {
            if (random.nextInt(3) > 0) {
                counts.put(id, random.nextLong(1L << random.nextInt(1, 60)));
            }
        }
        return random.nextInt(5) == 0 ? null : counts;
    }

    private @Nullable Map<Integer, ByteBuffer> bounds() {
        Map<Integer, ByteBuffer> bounds = new HashMap<>();
        for (int id = 1; id < 20; id += 1 + random.nextInt(4)) {
            byte[] bytes = new byte[id < 5 ? 8 : random.nextInt(30)];
            random.nextBytes(bytes);
            bounds.put(id, ByteBuffer.wrap(bytes));
        }
        return random.nextInt(5) == 0 ? null : bounds;
    }

    private static Object value(Type type, int some) {
        return switch (type.typeId()) {
            case BOOLEAN -> some % 2 == 0;
            case INTEGER, DATE -> some - 2;
            case LONG, TIME, TIMESTAMP, TIMESTAMP_NANO -> some * 1_000_000_007L;
            case FLOAT -> some == 0 ? Float.NaN : some - 2.5f;
            case DOUBLE -> some == 0 ? -0.0 : some - 2.5;
            case DECIMAL -> BigDecimal.valueOf(some - 2, ((Types.DecimalType) type).scale());
            case STRING -> "ß" + some;
            case UUID -> new UUID(some, -some);
            case BINARY -> ByteBuffer.wrap(new byte[some]);
            case FIXED -> ByteBuffer.wrap(new byte[] {1, 2, 3, (byte) some});
            default -> throw new AssertionError(type);
        };
    }
}
