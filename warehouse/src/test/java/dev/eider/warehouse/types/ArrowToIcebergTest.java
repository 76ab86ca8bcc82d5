package dev.eider.warehouse.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.UnionMode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ArrowToIcebergTest {
    private static final ArrowType INT = new ArrowType.Int(32, true);
    private static final ArrowType STRUCT = new ArrowType.Struct();

    @Test
    void requiresWhatArrowSaysIsNeverNull() {
        Field element = new Field("item", FieldType.notNullable(INT), null);
        Field value = new Field("value", FieldType.notNullable(INT), null);
        Field key = new Field("key", FieldType.notNullable(new ArrowType.Utf8()), null);
        Field entries = new Field("entries", FieldType.notNullable(STRUCT), List.of(key, value));
        Field inner = new Field("x", FieldType.notNullable(INT), null);

        org.apache.iceberg.Schema table = ArrowToIceberg.schema(new Schema(List.of(
                new Field("a", FieldType.notNullable(INT), null),
                new Field("b", FieldType.nullable(INT), null),
                new Field("l", FieldType.nullable(new ArrowType.List()), List.of(element)),
                new Field("m", FieldType.nullable(new ArrowType.Map(false)), List.of(entries)),
                new Field("s", FieldType.nullable(STRUCT), List.of(inner)))));

        assertThat(table.findField("a").isRequired()).isTrue();
        assertThat(table.findField("b").isRequired()).isFalse();
        assertThat(table.findField("l.element").isRequired()).isTrue();
        assertThat(table.findField("m.value").isRequired()).isTrue();
        assertThat(table.findField("s").isRequired()).isFalse();
        assertThat(table.findField("s.x").isRequired()).isTrue();
    }

    @Test
    void knowsUuidsByTheirExtension() {
        Field uuid = new Field(
                "u",
                new FieldType(
                        true,
                        new ArrowType.FixedSizeBinary(16),
                        null,
                        Map.of("ARROW:extension:name", "arrow.uuid", "ARROW:extension:metadata", "")),
                null);

        assertThat(ArrowToIceberg.schema(new Schema(List.of(uuid))).findType("u"))
                .hasToString("uuid");
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void refusesWhatIcebergCannotHold(Field field) {
        Field nested = new Field("s", FieldType.nullable(STRUCT), List.of(field));

        assertThatThrownBy(() -> ArrowToIceberg.schema(new Schema(List.of(nested))))
                .hasMessageContaining("\"s.c\"")
                .hasMessageContaining(field.getType().toString())
                .isInstanceOfSatisfying(EiderException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.UNSUPPORTED));
    }

    static Stream<Field> unsupported() {
        Field item = new Field("item", FieldType.nullable(INT), null);
        Stream<Field> leaves = Stream.of(
                        new ArrowType.Null(),
                        new ArrowType.FloatingPoint(FloatingPointPrecision.HALF),
                        new ArrowType.Decimal(40, 2, 256),
                        new ArrowType.Decimal(10, 2, 256),
                        new ArrowType.Decimal(10, -2, 128),
                        new ArrowType.Decimal(2, 10, 128),
                        new ArrowType.Duration(TimeUnit.SECOND),
                        new ArrowType.Interval(IntervalUnit.DAY_TIME),
                        new ArrowType.FixedSizeBinary(0))
                .map(type -> new Field("c", FieldType.nullable(type), null));
        return Stream.concat(
                leaves,
                Stream.of(
                        new Field(
                                "c",
                                FieldType.nullable(new ArrowType.Union(UnionMode.Sparse, new int[] {0})),
                                List.of(item)),
                        new Field("c", FieldType.nullable(new ArrowType.RunEndEncoded()), List.of(item, item)),
                        new Field("c", FieldType.nullable(new ArrowType.ListView()), List.of(item)),
                        new Field("c", FieldType.nullable(new ArrowType.LargeListView()), List.of(item)),
                        new Field("c", FieldType.nullable(new ArrowType.FixedSizeList(0)), List.of(item)),
                        new Field("c", FieldType.nullable(new ArrowType.FixedSizeList(100_001)), List.of(item)),
                        new Field("c", FieldType.nullable(STRUCT), List.of())));
    }

    @Test
    void refusesNamesThatCannotBeToldApart() {
        assertThatThrownBy(() -> schemaOf("a", "b", "A")).hasMessageContaining("differ only in case");
        assertThatThrownBy(() -> schemaOf("a", "a")).hasMessageContaining("\"a\" appears twice");
        assertThatThrownBy(() -> schemaOf("a", "")).hasMessageContaining("no usable name");
        assertThatThrownBy(() -> schemaOf("a\0b")).hasMessageContaining("no usable name");
        assertThatThrownBy(ArrowToIcebergTest::schemaOf).hasMessageContaining("no columns");
    }

    private static org.apache.iceberg.Schema schemaOf(String... names) {
        return ArrowToIceberg.schema(new Schema(Stream.of(names)
                .map(name -> new Field(name, FieldType.nullable(INT), null))
                .toList()));
    }

    @Test
    void refusesSchemasThatAreTooLargeOrTooDeep() {
        Field deep = new Field("x", FieldType.nullable(INT), null);
        for (int i = 0; i < SchemaLimits.MAX_DEPTH; i++) {
            deep = new Field("x", FieldType.nullable(STRUCT), List.of(deep));
        }
        Schema tooDeep = new Schema(List.of(deep));
        Field flat = new Field("x", FieldType.nullable(INT), null);
        Schema tooWide = new Schema(Collections.nCopies(SchemaLimits.MAX_FIELDS + 1, flat));

        assertThatThrownBy(() -> ArrowToIceberg.schema(tooDeep)).hasMessageContaining("nested deeper than 32");
        assertThatThrownBy(() -> ArrowToIceberg.schema(tooWide)).hasMessageContaining("more than 2000");
    }

    @Test
    void writesFieldIdsForEveryLevel() {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(
                Types.NestedField.optional(7, "a\"b", Types.IntegerType.get()),
                Types.NestedField.optional(
                        8,
                        "m",
                        Types.MapType.ofOptional(
                                9, 10, Types.StringType.get(), Types.ListType.ofOptional(11, Types.LongType.get()))));

        assertThat(DuckDbTypes.fieldIds(table))
                .isEqualTo("{\"a\"\"b\": 7, \"m\": {__duckdb_field_id: 8, key: 9, value: {__duckdb_field_id: 10,"
                        + " element: 11}}}");
    }
}
