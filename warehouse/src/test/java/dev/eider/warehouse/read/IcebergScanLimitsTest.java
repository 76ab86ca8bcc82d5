package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.SnapshotParser;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class IcebergScanLimitsTest {
    private static final String NO_DELETES = "0";

    static Stream<Arguments> columnsThatAreNotReadRight() {
        return Stream.of(
                Arguments.of(Types.DoubleType.get(), "column c may hold NaN"),
                Arguments.of(Types.FloatType.get(), "column c may hold NaN"),
                Arguments.of(
                        Types.StructType.of(Types.NestedField.optional(9, "n", Types.DoubleType.get())),
                        "column c.n may hold NaN"),
                Arguments.of(Types.TimestampNanoType.withoutZone(), "column c is a timestamp_ns"),
                Arguments.of(Types.VariantType.get(), "column c is a variant"));
    }

    @ParameterizedTest
    @MethodSource("columnsThatAreNotReadRight")
    void namesTheColumn(Type type, String reason) {
        assertThat(obstacle(column(type), PartitionSpec.unpartitioned(), Map.of(), NO_DELETES))
                .hasValueSatisfying(text -> assertThat(text).contains(reason));
    }

    static Stream<Arguments> partitions() {
        Schema numbers = column(Types.LongType.get());
        Schema times = column(Types.TimestampType.withZone());
        Schema days = column(Types.DateType.get());
        Schema uuids = column(Types.UUIDType.get());
        Schema decimals = column(Types.DecimalType.of(9, 2));
        Schema texts = column(Types.StringType.get());
        return Stream.of(
                Arguments.of(PartitionSpec.builderFor(numbers).identity("c"), false),
                Arguments.of(PartitionSpec.builderFor(numbers).bucket("c", 4), true),
                Arguments.of(PartitionSpec.builderFor(numbers).truncate("c", 10), false),
                Arguments.of(PartitionSpec.builderFor(times).bucket("c", 4), true),
                Arguments.of(PartitionSpec.builderFor(times).month("c"), false),
                Arguments.of(PartitionSpec.builderFor(times).day("c"), false),
                Arguments.of(PartitionSpec.builderFor(days).month("c"), true),
                Arguments.of(PartitionSpec.builderFor(uuids).bucket("c", 4), false),
                Arguments.of(PartitionSpec.builderFor(uuids).alwaysNull("c"), true),
                Arguments.of(PartitionSpec.builderFor(decimals).truncate("c", 10), false),
                Arguments.of(PartitionSpec.builderFor(texts).truncate("c", 10), true));
    }

    @ParameterizedTest
    @MethodSource("partitions")
    void knowsWhichPartitionsArePrunedRight(PartitionSpec.Builder builder, boolean right) {
        PartitionSpec spec = builder.build();

        assertThat(obstacle(spec.schema(), spec, Map.of(), NO_DELETES).isEmpty())
                .isEqualTo(right);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1"})
    void leavesEqualityDeletesToPlanning(String count) {
        assertThat(obstacle(column(Types.LongType.get()), PartitionSpec.unpartitioned(), Map.of(), count))
                .hasValueSatisfying(text -> assertThat(text).contains("equality deletes"));
    }

    @Test
    void leavesColumnsThatAreMappedByNameToPlanning() {
        assertThat(obstacle(
                        column(Types.LongType.get()),
                        PartitionSpec.unpartitioned(),
                        Map.of("schema.name-mapping.default", "[{\"field-id\": 1, \"names\": [\"id\"]}]"),
                        NO_DELETES))
                .hasValueSatisfying(text -> assertThat(text).contains("mapped by name"));
    }

    @Test
    void leavesNamesThatDifferOnlyInCaseToPlanning() {
        Schema schema = new Schema(
                Types.NestedField.optional(1, "id", Types.LongType.get()),
                Types.NestedField.optional(2, "ID", Types.LongType.get()));

        assertThat(obstacle(schema, PartitionSpec.unpartitioned(), Map.of(), NO_DELETES))
                .hasValueSatisfying(text -> assertThat(text).contains("two columns are called"));
    }

    private static Schema column(Type type) {
        return new Schema(
                Types.NestedField.required(1, "id", Types.LongType.get()), Types.NestedField.optional(2, "c", type));
    }

    private static Optional<String> obstacle(
            Schema schema, PartitionSpec spec, Map<String, String> properties, String equalityDeletes) {
        TableMetadata metadata =
                TableMetadata.newTableMetadata(schema, spec, SortOrder.unsorted(), "file:///t", format3(properties));
        String summary =
                equalityDeletes.isEmpty() ? "" : ", \"total-equality-deletes\": \"%s\"".formatted(equalityDeletes);
        return IcebergScanLimits.of(
                metadata,
                SnapshotParser.fromJson(("{\"snapshot-id\": 7, \"timestamp-ms\": 1, \"sequence-number\": 1,"
                                + " \"summary\": {\"operation\": \"append\"%s}, \"manifest-list\": \"file:///l\"}")
                        .formatted(summary)),
                metadata.schema());
    }

    private static Map<String, String> format3(Map<String, String> properties) {
        Map<String, String> all = new java.util.HashMap<>(properties);
        all.put("format-version", "3");
        return all;
    }
}
