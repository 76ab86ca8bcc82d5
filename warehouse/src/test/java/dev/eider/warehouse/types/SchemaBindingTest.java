package dev.eider.warehouse.types;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.apache.iceberg.types.Types.NestedField.required;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaBindingTest {
    private static final ArrowType INT = new ArrowType.Int(32, true);
    private static final ArrowType LONG = new ArrowType.Int(64, true);
    private static final ArrowType UTF8 = new ArrowType.Utf8();
    private static final ArrowType STRUCT = new ArrowType.Struct();

    @Test
    void putsColumnsIntoTheTablesOrderByNameWhateverTheirCase() {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(
                required(1, "id", Types.LongType.get()),
                optional(2, "say \"x\"", Types.StringType.get()),
                optional(3, "missing", Types.DateType.get()));

        SchemaBinding binding = SchemaBinding.bind(
                new Schema(List.of(leaf("SAY \"x\"", UTF8), leaf("id", INT))), table, "sales.orders");

        assertThat(binding.projection("in"))
                .isEqualTo("CAST(\"in\".\"id\" AS BIGINT) AS \"id\","
                        + " CAST(\"in\".\"SAY \"\"x\"\"\" AS VARCHAR) AS \"say \"\"x\"\"\","
                        + " CAST(NULL AS DATE) AS \"missing\"");
    }

    @Test
    void keepsLayoutsButHidesWhatDuckDbWouldRoundOrRefuse() {
        Map<String, String> extension = Map.of("ARROW:extension:name", "example.colour");
        Schema incoming = new Schema(
                List.of(
                        leaf("a", new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC")),
                        leaf("b", new ArrowType.Date(DateUnit.MILLISECOND)),
                        leaf("c", new ArrowType.Time(TimeUnit.SECOND, 32)),
                        leaf("d", new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC")),
                        new Field("e", new FieldType(false, UTF8, null, extension), null)),
                Map.of("key", "value"));

        Schema transport = SchemaBinding.bind(incoming, ArrowToIceberg.schema(incoming), "t")
                .transportSchema();

        assertThat(transport)
                .isEqualTo(new Schema(List.of(
                        leaf("a", LONG),
                        leaf("b", LONG),
                        leaf("c", INT),
                        leaf("d", new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC")),
                        new Field("e", FieldType.notNullable(UTF8), null))));
    }

    @Test
    void refusesColumnsThatTheTableDoesNotHave() {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(
                optional(1, "a", Types.StructType.of(optional(2, "x", Types.IntegerType.get()))));

        assertMismatch(table, "Table sales.orders has no column \"b\"", leaf("b", INT));
        assertMismatch(
                table,
                "Table sales.orders has no column \"a.y\"",
                new Field("a", FieldType.nullable(STRUCT), List.of(leaf("y", INT))));
        assertMismatch(
                table,
                "Columns \"a.x\" and \"a.X\" differ only in case",
                new Field("a", FieldType.nullable(STRUCT), List.of(leaf("x", INT), leaf("X", INT))));
    }

    @Test
    void refusesToLeaveOutWhatIsRequired() {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(
                required(1, "a", Types.IntegerType.get()),
                optional(
                        2,
                        "s",
                        Types.StructType.of(
                                optional(3, "x", Types.IntegerType.get()), required(4, "y", Types.IntegerType.get()))));
        Field struct = new Field("s", FieldType.nullable(STRUCT), List.of(leaf("x", INT)));

        assertMismatch(table, "Column \"a\" of table sales.orders is required", struct);
        assertMismatch(table, "Column \"s.y\" of table sales.orders is required", leaf("a", INT), struct);
        assertMismatch(table, "Column \"a\" has Arrow type Null", leaf("a", new ArrowType.Null()));
    }

    @Test
    void refusesTablesWhoseColumnsDifferOnlyInCase() {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(
                optional(1, "a", Types.IntegerType.get()), optional(2, "A", Types.IntegerType.get()));

        assertThatThrownBy(() -> SchemaBinding.bind(new Schema(List.of(leaf("a", INT))), table, "t"))
                .hasMessage("Table t has columns \"a\" and \"A\", which differ only in case");
    }

    @Test
    void refusesToCheckValuesInsideTooManyLists() {
        Field seconds = leaf("c", new ArrowType.Time(TimeUnit.SECOND, 32));
        Field numbers = leaf("c", INT);
        for (int i = 0; i <= SchemaLimits.MAX_LOOPS; i++) {
            seconds = new Field("c", FieldType.nullable(new ArrowType.List()), List.of(seconds));
            numbers = new Field("c", FieldType.nullable(new ArrowType.List()), List.of(numbers));
        }
        Schema checked = new Schema(List.of(seconds));
        Schema unchecked = new Schema(List.of(numbers));

        assertThatThrownBy(() -> SchemaBinding.bind(checked, ArrowToIceberg.schema(checked), "t"))
                .hasMessageContaining("inside 7 lists or maps, more than 6");
        assertThat(SchemaBinding.bind(unchecked, ArrowToIceberg.schema(unchecked), "t")
                        .projection("r"))
                .doesNotContain("lambda");
    }

    @Test
    void refusesDictionariesThatWereNotSent() {
        DictionaryEncoding encoding = new DictionaryEncoding(9, false, null);
        Field field = new Field("a", new FieldType(true, encoding.getIndexType(), encoding), null);

        assertMismatch(
                new org.apache.iceberg.Schema(optional(1, "a", Types.IntegerType.get())),
                "Column \"a\" refers to dictionary 9, which was not sent",
                field);
    }

    private static void assertMismatch(org.apache.iceberg.Schema table, String message, Field... fields) {
        assertThatThrownBy(() -> SchemaBinding.bind(new Schema(List.of(fields)), table, "sales.orders"))
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(EiderException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(ErrorCode.SCHEMA_MISMATCH));
    }

    @ParameterizedTest(name = "{0} into {1}")
    @MethodSource("unfaithful")
    void refusesTypesThatLoseSomething(Field field, Type type) {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(optional(1, "c", type));

        assertMismatch(table, "Column \"c\" has Arrow type " + field.getType() + ", but in table", field);
    }

    static Stream<Arguments> unfaithful() {
        Type timestamp = Types.TimestampType.withoutZone();
        Type zoned = Types.TimestampType.withZone();
        Stream<Arguments> leaves = Stream.of(
                Arguments.of(LONG, Types.IntegerType.get()),
                Arguments.of(new ArrowType.Int(32, false), Types.IntegerType.get()),
                Arguments.of(new ArrowType.Int(64, false), Types.LongType.get()),
                Arguments.of(new ArrowType.Int(64, false), Types.DecimalType.of(20, 1)),
                Arguments.of(INT, Types.DecimalType.of(9, 0)),
                Arguments.of(INT, Types.DoubleType.get()),
                Arguments.of(INT, Types.StringType.get()),
                Arguments.of(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE), Types.FloatType.get()),
                Arguments.of(new ArrowType.FloatingPoint(FloatingPointPrecision.HALF), Types.FloatType.get()),
                Arguments.of(new ArrowType.Decimal(10, 2, 128), Types.DecimalType.of(9, 2)),
                Arguments.of(new ArrowType.Decimal(10, 2, 128), Types.DecimalType.of(10, 1)),
                Arguments.of(new ArrowType.Decimal(10, 2, 128), Types.DecimalType.of(11, 4)),
                Arguments.of(new ArrowType.Decimal(10, 2, 256), Types.DecimalType.of(10, 2)),
                Arguments.of(UTF8, Types.BinaryType.get()),
                Arguments.of(new ArrowType.Binary(), Types.StringType.get()),
                Arguments.of(new ArrowType.FixedSizeBinary(3), Types.FixedType.ofLength(4)),
                Arguments.of(new ArrowType.FixedSizeBinary(15), Types.UUIDType.get()),
                Arguments.of(new ArrowType.Date(DateUnit.DAY), timestamp),
                Arguments.of(new ArrowType.Timestamp(TimeUnit.MICROSECOND, null), zoned),
                Arguments.of(new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"), timestamp),
                Arguments.of(new ArrowType.Timestamp(TimeUnit.SECOND, null), Types.DateType.get()),
                Arguments.of(new ArrowType.Bool(), Types.IntegerType.get()),
                Arguments.of(new ArrowType.Duration(TimeUnit.SECOND), Types.LongType.get()));
        Stream<Arguments> fields =
                leaves.map(pair -> Arguments.of(leaf("c", (ArrowType) pair.get()[0]), pair.get()[1]));
        Field list = new Field("c", FieldType.nullable(new ArrowType.List()), List.of(leaf("item", INT)));
        return Stream.concat(
                fields,
                Stream.of(
                        Arguments.of(list, Types.IntegerType.get()),
                        Arguments.of(leaf("c", INT), Types.ListType.ofOptional(2, Types.IntegerType.get()))));
    }

    @ParameterizedTest(name = "{0} into {1}")
    @MethodSource("widening")
    void acceptsTypesThatLoseNothing(ArrowType source, Type type) {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(optional(1, "c", type));

        SchemaBinding binding = SchemaBinding.bind(new Schema(List.of(leaf("c", source))), table, "t");

        assertThat(binding.projection("r")).endsWith("AS " + DuckDbTypes.of(type) + ") AS \"c\"");
    }

    static List<Arguments> widening() {
        return List.of(
                Arguments.of(new ArrowType.Int(8, false), Types.IntegerType.get()),
                Arguments.of(new ArrowType.Int(16, false), Types.LongType.get()),
                Arguments.of(INT, Types.LongType.get()),
                Arguments.of(new ArrowType.Int(8, true), Types.DecimalType.of(3, 0)),
                Arguments.of(LONG, Types.DecimalType.of(38, 19)),
                Arguments.of(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE), Types.DoubleType.get()),
                Arguments.of(new ArrowType.Decimal(10, 2, 128), Types.DecimalType.of(12, 4)),
                Arguments.of(new ArrowType.FixedSizeBinary(16), Types.UUIDType.get()),
                Arguments.of(new ArrowType.FixedSizeBinary(5), Types.BinaryType.get()),
                Arguments.of(new ArrowType.LargeBinary(), Types.FixedType.ofLength(4)),
                Arguments.of(new ArrowType.Utf8View(), Types.UUIDType.get()));
    }

    private static Field leaf(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), null);
    }
}
