package dev.eider.warehouse.types;

import static org.apache.iceberg.types.Types.NestedField.optional;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArrowToParquetTest {
    private static final ArrowType.Int INT = new ArrowType.Int(32, true);
    private static final ArrowType UTF8 = new ArrowType.Utf8();
    private static final ArrowType STRUCT = new ArrowType.Struct();

    @TempDir
    private Path directory;

    private BufferAllocator allocator;
    private DuckDbRoundTrip roundTrip;

    @BeforeEach
    void open() throws Exception {
        allocator = new RootAllocator();
        roundTrip = new DuckDbRoundTrip(allocator, directory);
    }

    @AfterEach
    void close() throws Exception {
        roundTrip.close();
        allocator.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("types")
    void storesEveryTypeAsSent(ArrowType type, List<?> sent, List<?> stored) throws Exception {
        Field field = new Field("c", FieldType.nullable(type), null);

        assertThat(store(field, sent)).isEqualTo(stored);
    }

    @Test
    void storesNestedTypesWithNullsAtEveryLevel() throws Exception {
        Field struct = struct("item", leaf("a", INT), leaf("b", UTF8));
        Field map = new Field(
                "map",
                FieldType.nullable(new ArrowType.Map(false)),
                List.of(new Field(
                        "entries",
                        FieldType.notNullable(STRUCT),
                        List.of(required("key", UTF8), listOf("value", struct)))));
        List<Object> sent = list(
                Map.of("k", list(list(1, "x"), null, list(null, "y"))),
                null,
                Map.of(),
                Collections.singletonMap("n", null));

        List<Object> stored = store(map, sent);

        assertThat(stored.get(0).toString()).isEqualTo("{k=[Record(1, x), null, Record(null, y)]}");
        assertThat(stored.subList(1, 4)).isEqualTo(list(null, Map.of(), Collections.singletonMap("n", null)));
    }

    @Test
    void checksAndConvertsEveryValueOfNestedTypes() throws Exception {
        ArrowType nanos = new ArrowType.Timestamp(TimeUnit.NANOSECOND, null);
        Field struct = struct("item", leaf("at", nanos), leaf("n", INT));
        Field map = new Field(
                "map",
                FieldType.nullable(new ArrowType.Map(false)),
                List.of(new Field(
                        "entries",
                        FieldType.notNullable(STRUCT),
                        List.of(required("key", new ArrowType.Time(TimeUnit.SECOND, 32)), listOf("value", struct)))));
        List<Object> sent = list(
                Map.of(1, list(list(1_000_000L, 7), null, list(null, 8))),
                null,
                Map.of(),
                Collections.singletonMap(2, null));

        List<Object> stored = store(map, sent);

        assertThat(stored.get(0).toString())
                .isEqualTo("{00:00:01=[Record(1970-01-01T00:00:00.001, 7), null, Record(null, 8)]}");
        assertThat(stored.subList(1, 3)).isEqualTo(list(null, Map.of()));
        assertThat(stored.get(3)).isEqualTo(Collections.singletonMap(LocalTime.of(0, 0, 2), null));
        assertThatThrownBy(() -> store(map, list(Map.of(1, list(list(1_000_001L, 7))))))
                .hasMessageContaining("Invalid Input Error: Column \"map.value.element.at\": ")
                .hasMessageContaining("format version 3");
        assertThatThrownBy(() -> store(map, list(Map.of(86_400, list())))).hasMessageContaining("Column \"map.key\": ");
    }

    @ParameterizedTest
    @MethodSource("listTypes")
    void storesEveryKindOfList(ArrowType type) throws Exception {
        for (ArrowType element : list(INT, new ArrowType.Time(TimeUnit.SECOND, 32)).stream()
                .map(ArrowType.class::cast)
                .toList()) {
            Field field = new Field("l", FieldType.nullable(type), List.of(leaf("item", element)));

            List<Object> stored = store(field, list(list(1, 2), null, list(null, 3)));

            assertThat(stored)
                    .isEqualTo(
                            element.equals(INT)
                                    ? list(list(1, 2), null, list(null, 3))
                                    : list(
                                            list(LocalTime.of(0, 0, 1), LocalTime.of(0, 0, 2)),
                                            null,
                                            list(null, LocalTime.of(0, 0, 3))));
        }
    }

    static List<ArrowType> listTypes() {
        return List.of(new ArrowType.List(), new ArrowType.LargeList(), new ArrowType.FixedSizeList(2));
    }

    @Test
    void storesUuidsFromBytesAndFromText() throws Exception {
        UUID uuid = UUID.fromString("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
        Field tagged = new Field(
                "u",
                new FieldType(
                        true, new ArrowType.FixedSizeBinary(16), null, Map.of("ARROW:extension:name", "arrow.uuid")),
                null);
        org.apache.iceberg.Schema table = ArrowToIceberg.schema(new Schema(List.of(tagged)));

        assertThat(store(tagged, list(bytes, null))).isEqualTo(list(uuid, null));
        assertThat(store(leaf("u", UTF8), list(uuid.toString(), null), table)).isEqualTo(list(uuid, null));
        assertThatThrownBy(() -> store(leaf("u", UTF8), list("x"), table))
                .hasMessageContaining("Column \"u\": a value is not a UUID");
    }

    @Test
    void storesDictionariesAsTheirValues() throws Exception {
        MapDictionaryProvider dictionaries = new MapDictionaryProvider();
        DictionaryEncoding words = new DictionaryEncoding(1, false, new ArrowType.Int(8, false));
        DictionaryEncoding numbers = new DictionaryEncoding(2, false, INT);
        Field word = new Field("w", new FieldType(true, words.getIndexType(), words), null);
        Field number = new Field("n", new FieldType(true, numbers.getIndexType(), numbers), null);
        Field list = new Field("l", FieldType.nullable(new ArrowType.List()), List.of(word));
        Map<Field, List<?>> columns = new LinkedHashMap<>();
        columns.put(word, list(1, null, 0, 2));
        columns.put(number, list(0, 1, null, 0));
        columns.put(list, list(list(1, 1), null, list(null, 0), list()));
        try (FieldVector texts = ArrowRows.vector(allocator, leaf("d", UTF8), "zero", "one", null);
                FieldVector integers = ArrowRows.vector(allocator, leaf("d", INT), 10, 20);
                VectorSchemaRoot batch = ArrowRows.of(allocator, columns)) {
            dictionaries.put(new Dictionary(texts, words));
            dictionaries.put(new Dictionary(integers, numbers));
            org.apache.iceberg.Schema table = ArrowToIceberg.schema(batch.getSchema(), dictionaries);

            List<Record> stored = roundTrip.run(batch, dictionaries, table);

            assertThat(stored.toString())
                    .isEqualTo("[Record(one, 10, [one, one]), Record(null, 20, null),"
                            + " Record(zero, null, [null, zero]), Record(null, 10, [])]");
        }
    }

    @Test
    void storesAbsentColumnsAsTheirDefaultOrNull() throws Exception {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(
                optional(1, "absent", Types.StringType.get()),
                required("filled", 2, Types.StringType.get(), Literal.of("it's")),
                required("day", 3, Types.DateType.get(), Literal.of(19_000).to(Types.DateType.get())),
                required("bytes", 4, Types.BinaryType.get(), Literal.of(ByteBuffer.wrap(new byte[] {1, -1}))),
                required("price", 5, Types.DecimalType.of(9, 2), Literal.of(new BigDecimal("1.50"))),
                NestedField.required(
                        6,
                        "s",
                        Types.StructType.of(
                                optional(7, "x", Types.IntegerType.get()), optional(8, "y", Types.LongType.get()))),
                optional(9, "empty", Types.LongType.get()));
        Map<Field, List<?>> columns = new LinkedHashMap<>();
        columns.put(struct("S", leaf("Y", INT)), list(list(5)));
        columns.put(leaf("empty", new ArrowType.Null()), list((Object) null));
        try (VectorSchemaRoot batch = ArrowRows.of(allocator, columns)) {
            List<Record> stored = roundTrip.run(batch, new MapDictionaryProvider(), table);

            Record record = stored.get(0);
            assertThat(record.get(0)).isNull();
            assertThat(record.get(1)).isEqualTo("it's");
            assertThat(record.get(2)).isEqualTo(LocalDate.ofEpochDay(19_000));
            assertThat(record.get(3)).isEqualTo(ByteBuffer.wrap(new byte[] {1, -1}));
            assertThat(record.get(4)).isEqualTo(new BigDecimal("1.50"));
            assertThat(record.get(5).toString()).isEqualTo("Record(null, 5)");
            assertThat(record.get(6)).isNull();
        }
    }

    @Test
    void refusesMapsThatRepeatAKey() {
        Field entries =
                new Field("entries", FieldType.notNullable(STRUCT), List.of(required("key", INT), leaf("value", INT)));
        Field map = new Field("m", FieldType.nullable(new ArrowType.Map(false)), List.of(entries));
        List<?> repeated = list(list(1, 2), list(1, 3));

        assertThatThrownBy(() -> store(map, list(repeated))).hasMessageContaining("duplicate key");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("types")
    void storesDictionariesOfEveryTypeOrRefusesThem(ArrowType type, List<?> sent, List<?> stored) throws Exception {
        DictionaryEncoding encoding = new DictionaryEncoding(1, false, INT);
        Field field = new Field("c", new FieldType(true, INT, encoding), null);
        List<Object> expected = new ArrayList<>(stored);
        Collections.reverse(expected);
        List<Object> indices = new ArrayList<>();
        for (int i = sent.size() - 1; i >= 0; i--) {
            indices.add(i);
        }
        try (FieldVector values = ArrowRows.vector(allocator, leaf("d", type), sent.toArray())) {
            MapDictionaryProvider dictionaries = new MapDictionaryProvider(new Dictionary(values, encoding));
            Schema schema = new Schema(List.of(field));
            org.apache.iceberg.Schema table = ArrowToIceberg.schema(schema, dictionaries);
            try (VectorSchemaRoot batch = ArrowRows.column(allocator, field, indices.toArray())) {
                List<Object> read = new ArrayList<>();
                for (Record record : roundTrip.run(batch, dictionaries, table)) {
                    read.add(record.get(0));
                }

                assertThat(read).isEqualTo(expected);
            } catch (EiderException refused) {
                assertThat(refused).hasMessageContaining("send its values instead");
            }
        }
    }

    @Test
    void storesColumnsThatAreNothingButNull() throws Exception {
        ArrowType nothing = new ArrowType.Null();
        Types.StructType struct =
                Types.StructType.of(optional(2, "x", Types.TimeType.get()), optional(3, "y", Types.IntegerType.get()));
        org.apache.iceberg.Schema structs = new org.apache.iceberg.Schema(optional(1, "c", struct));
        org.apache.iceberg.Schema lists =
                new org.apache.iceberg.Schema(optional(1, "c", Types.ListType.ofOptional(2, Types.StringType.get())));

        List<Object> stored =
                store(struct("c", leaf("x", nothing), leaf("y", INT)), list(list(null, 1), null), structs);

        assertThat(stored.get(0).toString()).isEqualTo("Record(null, 1)");
        assertThat(stored.get(1)).isNull();
        assertThat(store(listOf("c", leaf("item", nothing)), list(list(null, null), null), lists))
                .isEqualTo(list(list(null, null), null));
    }

    private static NestedField required(String name, int id, Type type, Literal<?> value) {
        return NestedField.required(name)
                .withId(id)
                .ofType(type)
                .withWriteDefault(value)
                .build();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("unfaithfulValues")
    void refusesValuesThatTheTableCannotStore(ArrowType type, Object value, Type stored) {
        org.apache.iceberg.Schema table = new org.apache.iceberg.Schema(optional(1, "c", stored));

        assertThatThrownBy(() -> store(leaf("c", type), list(null, value), table))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("Invalid Input Error: Column \"c\": ");
    }

    static List<Arguments> unfaithfulValues() {
        Type time = Types.TimeType.get();
        Type timestamp = Types.TimestampType.withoutZone();
        Type zoned = Types.TimestampType.withZone();
        Type nanos = Types.TimestampNanoType.withoutZone();
        return List.of(
                Arguments.of(new ArrowType.Timestamp(TimeUnit.NANOSECOND, null), -1L, timestamp),
                Arguments.of(new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC"), 1001L, zoned),
                Arguments.of(new ArrowType.Timestamp(TimeUnit.SECOND, null), 9_223_372_036_855L, timestamp),
                Arguments.of(new ArrowType.Timestamp(TimeUnit.MILLISECOND, "UTC"), Long.MIN_VALUE, zoned),
                Arguments.of(new ArrowType.Timestamp(TimeUnit.MICROSECOND, null), Long.MAX_VALUE / 10, nanos),
                Arguments.of(new ArrowType.Date(DateUnit.MILLISECOND), 1L, Types.DateType.get()),
                Arguments.of(new ArrowType.Date(DateUnit.MILLISECOND), Long.MAX_VALUE, Types.DateType.get()),
                Arguments.of(new ArrowType.Time(TimeUnit.SECOND, 32), 86_400, time),
                Arguments.of(new ArrowType.Time(TimeUnit.MILLISECOND, 32), -1, time),
                Arguments.of(new ArrowType.Time(TimeUnit.MICROSECOND, 64), 86_400_000_000L, time),
                Arguments.of(new ArrowType.Time(TimeUnit.NANOSECOND, 64), 1L, time),
                Arguments.of(new ArrowType.Time(TimeUnit.NANOSECOND, 64), 86_400_000_000_000L, time),
                Arguments.of(new ArrowType.Binary(), "abc", Types.FixedType.ofLength(2)),
                Arguments.of(UTF8, "not a uuid", Types.UUIDType.get()));
    }

    @Test
    void storesTheExtremesOfEveryUnit() throws Exception {
        org.apache.iceberg.Schema table =
                new org.apache.iceberg.Schema(optional(1, "c", Types.TimestampType.withoutZone()));
        List<Object> seconds = list(-9_223_372_022_400L, 9_223_372_036_854L);
        List<Object> nanos = list(-9_223_372_036_854_775_000L, 9_223_372_036_854_775_000L);

        assertThat(store(leaf("c", new ArrowType.Timestamp(TimeUnit.SECOND, null)), seconds, table))
                .isEqualTo(list(
                        LocalDateTime.ofEpochSecond(-9_223_372_022_400L, 0, ZoneOffset.UTC),
                        LocalDateTime.ofEpochSecond(9_223_372_036_854L, 0, ZoneOffset.UTC)));
        assertThat(store(leaf("c", new ArrowType.Timestamp(TimeUnit.NANOSECOND, null)), nanos, table))
                .isEqualTo(list(
                        LocalDateTime.ofEpochSecond(-9_223_372_037L, 145_225_000, ZoneOffset.UTC),
                        LocalDateTime.ofEpochSecond(9_223_372_036L, 854_775_000, ZoneOffset.UTC)));
    }

    @Test
    void storesNanosecondsInColumnsThatHaveThem() throws Exception {
        org.apache.iceberg.Schema table =
                new org.apache.iceberg.Schema(optional(1, "c", Types.TimestampNanoType.withoutZone()));

        List<Object> stored =
                store(leaf("c", new ArrowType.Timestamp(TimeUnit.NANOSECOND, null)), list(1L, null), table);

        assertThat(stored).isEqualTo(list(LocalDateTime.of(1970, 1, 1, 0, 0, 0, 1), null));
    }

    private static Field leaf(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), null);
    }

    private static Field required(String name, ArrowType type) {
        return new Field(name, FieldType.notNullable(type), null);
    }

    private static Field listOf(String name, Field element) {
        return new Field(name, FieldType.nullable(new ArrowType.List()), List.of(element));
    }

    private static Field struct(String name, Field... fields) {
        return new Field(name, FieldType.nullable(STRUCT), List.of(fields));
    }

    private List<Object> store(Field field, List<?> values) throws Exception {
        return store(field, values, ArrowToIceberg.schema(new Schema(List.of(field))));
    }

    private List<Object> store(Field field, List<?> values, org.apache.iceberg.Schema table) throws Exception {
        try (VectorSchemaRoot batch = ArrowRows.column(allocator, field, values.toArray())) {
            List<Object> read = new ArrayList<>();
            for (Record record : roundTrip.run(batch, new MapDictionaryProvider(), table)) {
                read.add(record.get(0));
            }
            return read;
        }
    }

    static List<Arguments> types() {
        LocalDate day = LocalDate.of(2024, 2, 29);
        List<Arguments> types = new ArrayList<>();
        types.add(type(new ArrowType.Bool(), list(true, null, false), list(true, null, false)));
        for (boolean signed : new boolean[] {true, false}) {
            types.add(type(new ArrowType.Int(8, signed), list(1, null, 100), list(1, null, 100)));
            types.add(type(new ArrowType.Int(16, signed), list(1, null, 30_000), list(1, null, 30_000)));
        }
        types.add(type(new ArrowType.Int(32, true), list(-1, null, 1 << 30), list(-1, null, 1 << 30)));
        types.add(type(new ArrowType.Int(32, false), list(-1, null), list(0xFFFFFFFFL, null)));
        types.add(type(new ArrowType.Int(64, true), list(Long.MIN_VALUE, null), list(Long.MIN_VALUE, null)));
        types.add(
                type(new ArrowType.Int(64, false), list(-1, null), list(new BigDecimal("18446744073709551615"), null)));
        types.add(type(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE), list(1.5, null), list(1.5f, null)));
        types.add(type(new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE), list(1.1, null), list(1.1d, null)));
        for (int precision : new int[] {9, 18, 38}) {
            types.add(type(
                    new ArrowType.Decimal(precision, 2, 128),
                    list(new BigDecimal("-12345.67"), null),
                    list(new BigDecimal("-12345.67"), null)));
        }
        for (ArrowType text : List.of(new ArrowType.Utf8(), new ArrowType.LargeUtf8(), new ArrowType.Utf8View())) {
            List<?> words = list("", null, "å", "a string that is longer than twelve bytes", "短い");
            types.add(type(text, words, words));
        }
        for (ArrowType binary :
                List.of(new ArrowType.Binary(), new ArrowType.LargeBinary(), new ArrowType.BinaryView())) {
            types.add(type(binary, list("ab", null, new byte[0]), list(bytes("ab"), null, ByteBuffer.allocate(0))));
        }
        types.add(type(new ArrowType.FixedSizeBinary(3), list("abc", null), list(bytes("abc"), null)));
        types.add(type(new ArrowType.Date(DateUnit.DAY), list(day.toEpochDay(), null), list(day, null)));
        types.add(type(
                new ArrowType.Date(DateUnit.MILLISECOND), list(day.toEpochDay() * 86_400_000L, null), list(day, null)));
        for (TimeUnit unit : TimeUnit.values()) {
            temporal(types, unit);
        }
        return types;
    }

    private static void temporal(List<Arguments> types, TimeUnit unit) {
        long perSecond =
                switch (unit) {
                    case SECOND -> 1L;
                    case MILLISECOND -> 1_000L;
                    case MICROSECOND -> 1_000_000L;
                    case NANOSECOND -> 1_000_000_000L;
                };
        int bits = unit == TimeUnit.SECOND || unit == TimeUnit.MILLISECOND ? 32 : 64;
        types.add(type(
                new ArrowType.Time(unit, bits),
                list(0, null, 86_399 * perSecond),
                list(LocalTime.MIDNIGHT, null, LocalTime.of(23, 59, 59))));
        LocalDateTime before = LocalDateTime.of(1931, 1, 2, 3, 4, 5);
        long seconds = before.toEpochSecond(ZoneOffset.UTC);
        types.add(type(new ArrowType.Timestamp(unit, null), list(seconds * perSecond, null), list(before, null)));
        OffsetDateTime zoned = before.atOffset(ZoneOffset.UTC);
        types.add(type(
                new ArrowType.Timestamp(unit, "Europe/Berlin"), list(seconds * perSecond, null), list(zoned, null)));
    }

    private static Arguments type(ArrowType type, List<?> sent, List<?> stored) {
        return Arguments.of(type, sent, stored);
    }

    private static List<Object> list(Object... values) {
        return Arrays.asList(values);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
