package dev.eider.warehouse.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchValidatorTest {
    private static final ArrowType.Int INT = new ArrowType.Int(32, true);
    private static final ArrowType UTF8 = new ArrowType.Utf8();
    private static final ArrowType STRUCT = new ArrowType.Struct();
    private static final String LONG_TEXT = "more than twelve bytes";

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void close() {
        allocator.close();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void refusesBuffersThatLie(String message, Field field, List<?> values, Consumer<FieldVector> lie) {
        try (FieldVector vector = ArrowRows.vector(allocator, field, values.toArray())) {
            assertThatCode(() -> validate(vector, vector.getValueCount())).doesNotThrowAnyException();
            lie.accept(vector);

            assertThatThrownBy(() -> validate(vector, vector.getValueCount()))
                    .hasMessageStartingWith("Column \"c")
                    .hasMessageContaining(message)
                    .isInstanceOfSatisfying(EiderException.class, refusal -> assertThat(refusal.code())
                            .isEqualTo(ErrorCode.INVALID_DATA));
        }
    }

    static List<Arguments> lies() {
        return Stream.of(liesOfFixedWidth(), liesOfText(), liesOfViews(), liesOfNested())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Arguments> liesOfFixedWidth() {

        return List.of(
                lie("needs a buffer of 12 bytes", leaf("c", INT), List.of(1, 2, 3), shorten(1, 8)),
                lie("needs a buffer of 2 bytes", leaf("c", INT), Collections.nCopies(9, 1), shorten(0, 1)),
                lie(
                        "needs a buffer of 2 bytes",
                        leaf("c", new ArrowType.Bool()),
                        Collections.nCopies(9, true),
                        shorten(1, 1)),
                lie(
                        "needs a buffer of 9 bytes",
                        leaf("c", new ArrowType.FixedSizeBinary(3)),
                        List.of("abc", "abc", "abc"),
                        shorten(1, 8)),
                lie("not aligned", leaf("c", INT), List.of(1), shift(1)),
                lie(
                        "more than 3 digits",
                        leaf("c", new ArrowType.Decimal(3, 1, 128)),
                        List.of(new BigDecimal("99.9")),
                        v -> v.getDataBuffer().setLong(0, 1000)),
                lie(
                        "more than 3 digits",
                        leaf("c", new ArrowType.Decimal(3, 1, 128)),
                        List.of(new BigDecimal("-99.9")),
                        v -> v.getDataBuffer().setLong(0, -1000)),
                lie(
                        "more than 20 digits",
                        leaf("c", new ArrowType.Decimal(20, 1, 128)),
                        List.of(new BigDecimal("99.9")),
                        v -> v.getDataBuffer().setLong(8, 6)));
    }

    private static List<Arguments> liesOfText() {
        Field largeText = leaf("c", new ArrowType.LargeUtf8());
        List<?> words = List.of("some", "words", "here");
        return List.of(
                lie("needs a buffer of 16 bytes", leaf("c", UTF8), words, shorten(1, 12)),
                lie("negative or decrease", leaf("c", UTF8), words, v -> v.getOffsetBuffer()
                        .setInt(0, -1)),
                lie("negative or decrease", leaf("c", UTF8), words, v -> v.getOffsetBuffer()
                        .setInt(4, Integer.MIN_VALUE)),
                lie("negative or decrease", leaf("c", UTF8), words, v -> v.getOffsetBuffer()
                        .setInt(4, 1 << 20)),
                lie("has an offset of 1048576, beyond", leaf("c", UTF8), words, v -> v.getOffsetBuffer()
                        .setInt(12, 1 << 20)),
                lie("negative or decrease", largeText, words, v -> v.getOffsetBuffer()
                        .setLong(8, Long.MIN_VALUE)),
                lie("negative or decrease", largeText, words, v -> v.getOffsetBuffer()
                        .setLong(8, Long.MAX_VALUE)),
                lie("beyond", largeText, words, v -> v.getOffsetBuffer().setLong(24, Long.MAX_VALUE)),
                lie("not UTF-8, as value 1", leaf("c", UTF8), words, v -> v.getDataBuffer()
                        .setByte(5, 0xC3)),
                lie("not UTF-8", largeText, words, v -> v.getDataBuffer().setByte(0, 0x80)));
    }

    private static List<Arguments> liesOfViews() {
        Field view = leaf("c", new ArrowType.Utf8View());
        List<?> words = List.of("some", "words", "here");
        return List.of(
                lie("not UTF-8, as value 2", view, words, v -> v.getDataBuffer().setByte(36, 0xFF)),
                lie("needs a buffer of 48 bytes", view, words, shorten(1, 40)),
                lie("has a value of -1 bytes", view, words, v -> v.getDataBuffer()
                        .setInt(16, -1)),
                lie("of buffer 1, beyond", view, List.of(LONG_TEXT), v -> v.getDataBuffer()
                        .setInt(8, 1)),
                lie("of buffer -1, beyond", view, List.of(LONG_TEXT), v -> v.getDataBuffer()
                        .setInt(8, -1)),
                lie("at -1 of buffer 0, beyond", view, List.of(LONG_TEXT), v -> v.getDataBuffer()
                        .setInt(12, -1)),
                lie("of 2147483647 bytes", view, List.of(LONG_TEXT), v -> v.getDataBuffer()
                        .setInt(0, Integer.MAX_VALUE)),
                lie("not UTF-8", view, List.of(LONG_TEXT), v -> ((ViewVarCharVector) v)
                        .getDataBuffers()
                        .get(0)
                        .setByte(20, 0xFF)));
    }

    private static List<Arguments> liesOfNested() {
        Field list = nested(new ArrowType.List(), leaf("item", INT));
        Field largeList = nested(new ArrowType.LargeList(), leaf("item", INT));
        Field fixedList = nested(new ArrowType.FixedSizeList(2), leaf("item", INT));
        Field struct = nested(STRUCT, leaf("x", INT));
        List<?> lists = List.of(List.of(1, 2), List.of(3, 4));
        return List.of(
                lie("negative or decrease", list, lists, v -> v.getOffsetBuffer()
                        .setInt(4, 9)),
                lie("has an offset of 5, beyond the 4", list, lists, v -> v.getOffsetBuffer()
                        .setInt(8, 5)),
                lie("has an offset of 5, beyond the 4", largeList, lists, v -> v.getOffsetBuffer()
                        .setLong(16, 5)),
                lie("has 3 values instead of 4", fixedList, lists, v -> child(v).setValueCount(3)),
                lie("has 1 values instead of 2", struct, List.of(List.of(1), List.of(2)), v -> child(v).setValueCount(
                                1)),
                lie("\"c.x\" needs a buffer of 8 bytes", struct, List.of(List.of(1), List.of(2)), v -> shorten(1, 4)
                        .accept(child(v))));
    }

    private static Arguments lie(String message, Field field, List<?> values, Consumer<FieldVector> lie) {
        return Arguments.of(message, field, values, lie);
    }

    private static FieldVector child(FieldVector vector) {
        return vector.getChildrenFromFields().get(0);
    }

    private static Consumer<FieldVector> shorten(int buffer, long bytes) {
        return vector -> reload(vector, buffer, 0, bytes);
    }

    private static Consumer<FieldVector> shift(long bytes) {
        return vector -> reload(vector, 1, bytes, 8);
    }

    private static void reload(FieldVector vector, int buffer, long start, long bytes) {
        ArrowFieldNode node = new ArrowFieldNode(vector.getValueCount(), vector.getNullCount());
        List<ArrowBuf> buffers = new ArrayList<>(vector.getFieldBuffers());
        buffers.replaceAll(kept -> kept.slice(0, kept.capacity()));
        buffers.set(buffer, buffers.get(buffer).slice(start, bytes));
        buffers.forEach(kept -> kept.getReferenceManager().retain());
        vector.loadFieldBuffers(node, buffers);
        buffers.forEach(kept -> kept.getReferenceManager().release());
    }

    @Test
    void refusesColumnsOfDifferentLength() {
        try (FieldVector vector = ArrowRows.vector(allocator, leaf("c", INT), 1, 2)) {
            assertThatThrownBy(() -> validate(vector, 3)).hasMessage("Column \"c\" has 2 values in a batch of 3 rows");
            assertThatThrownBy(() -> validate(vector, -1)).hasMessage("A batch has -1 rows");
        }
    }

    @Test
    void allowsAnythingUnderNull() {
        Field field = leaf("c", UTF8);
        try (FieldVector vector = ArrowRows.vector(allocator, field, "ab", null, "cd")) {
            vector.getDataBuffer().setByte(2, 0xFF);
            vector.getOffsetBuffer().setInt(8, 3);
            vector.getOffsetBuffer().setInt(12, 3);

            assertThatCode(() -> validate(vector, 3)).doesNotThrowAnyException();
        }
    }

    @Test
    void allowsColumnsWithoutRowsToHaveNoBuffers() {
        for (ArrowType type : List.of(UTF8, new ArrowType.LargeUtf8(), new ArrowType.Utf8View(), INT)) {
            try (FieldVector vector = leaf("c", type).createVector(allocator)) {
                assertThatCode(() -> validate(vector, 0)).doesNotThrowAnyException();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 16, 32, 64})
    void refusesIndicesOutsideTheDictionary(int bits) {
        for (boolean signed : new boolean[] {true, false}) {
            DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(bits, signed));
            Field field = new Field("c", new FieldType(true, encoding.getIndexType(), encoding), null);
            for (long index : new long[] {2, -1, 1}) {
                try (FieldVector words = ArrowRows.vector(allocator, leaf("d", UTF8), "zero", "one");
                        FieldVector vector = ArrowRows.vector(allocator, field, 0, null, index)) {
                    MapDictionaryProvider provider = new MapDictionaryProvider(new Dictionary(words, encoding));
                    vector.getDataBuffer().setByte(bits / 8, 99);

                    if (index == 1) {
                        assertThatCode(() -> validate(vector, 3, provider)).doesNotThrowAnyException();
                    } else {
                        assertThatThrownBy(() -> validate(vector, 3, provider))
                                .hasMessageContaining("of a dictionary of 2");
                    }
                }
            }
        }
    }

    @Test
    void refusesDictionariesThatLie() {
        DictionaryEncoding encoding = new DictionaryEncoding(1, false, INT);
        Field field = new Field("c", new FieldType(true, INT, encoding), null);
        try (FieldVector words = ArrowRows.vector(allocator, leaf("d", UTF8), "zero", "one");
                FieldVector vector = ArrowRows.vector(allocator, field, 0)) {
            MapDictionaryProvider provider = new MapDictionaryProvider(new Dictionary(words, encoding));
            words.getOffsetBuffer().setInt(8, 1 << 30);

            assertThatThrownBy(() -> validate(vector, 1, provider)).hasMessageContaining("beyond");
        }
    }

    @Test
    void refusesNullWhereTheTableRequiresAValue() {
        Field inner = new Field("x", FieldType.notNullable(INT), null);
        Field struct = new Field("s", FieldType.nullable(STRUCT), List.of(inner));

        assertNull("\"c\" is required, but NULL in row 1", required("c", INT), 1, null);
        assertNull(
                "\"c.x\" is required, but NULL in row 2", nested(STRUCT, inner), List.of(1), null, row((Object) null));
        assertNull(
                "\"c.element.x\" is required, but NULL in row 2",
                nested(new ArrowType.List(), struct),
                Arrays.asList(List.of(1), null),
                null,
                Arrays.asList(List.of(2), row((Object) null)));
        assertNull(
                "\"c.element.x\" is required, but NULL in row 1",
                nested(new ArrowType.FixedSizeList(1), struct),
                null,
                List.of(row((Object) null)));
        Field entries =
                new Field("entries", FieldType.notNullable(STRUCT), List.of(required("key", INT), leaf("value", INT)));
        assertNull(
                "\"c.key\" is required, but NULL in row 1",
                nested(new ArrowType.Map(false), entries),
                Map.of(1, 1),
                Collections.singletonMap(null, 1));
    }

    @Test
    void allowsNullUnderNull() {
        Field inner = new Field("x", FieldType.notNullable(INT), null);
        Field middle = new Field("m", FieldType.notNullable(STRUCT), List.of(inner));
        Field field = nested(STRUCT, middle);
        try (FieldVector vector = ArrowRows.vector(allocator, field, List.of(List.of(1)), row(row((Object) null)))) {
            vector.setNull(1);

            assertThatCode(() -> validate(vector, 2)).doesNotThrowAnyException();
        }
    }

    @Test
    void refusesNullFromADictionaryWhereTheTableRequiresAValue() {
        DictionaryEncoding encoding = new DictionaryEncoding(1, false, INT);
        Field field = new Field("c", new FieldType(false, INT, encoding), null);
        try (FieldVector words = ArrowRows.vector(allocator, leaf("d", UTF8), "zero", null);
                FieldVector vector = ArrowRows.vector(allocator, field, 0, 1)) {
            MapDictionaryProvider provider = new MapDictionaryProvider(new Dictionary(words, encoding));

            assertThatThrownBy(() -> validate(vector, 2, provider))
                    .hasMessageContaining("\"c\" is required, but NULL in row 1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"c080", "e08080", "eda080", "f0808080", "f4908080", "c3", "e282", "f09f98", "ff", "80", "c328"})
    void refusesBytesThatAreNotUtf8(String hex) {
        byte[] bytes = java.util.HexFormat.of().parseHex(hex);
        for (ArrowType type : List.of(UTF8, new ArrowType.LargeUtf8(), new ArrowType.Utf8View())) {
            try (FieldVector vector = ArrowRows.vector(allocator, leaf("c", type), "12345678å€😀", bytes)) {
                assertThatThrownBy(() -> validate(vector, 2)).hasMessageContaining("not UTF-8, as value 1");
            }
        }
    }

    @Test
    void refusesCharactersCutInTwo() {
        try (FieldVector vector = ArrowRows.vector(allocator, leaf("c", UTF8), "å", "b")) {
            vector.getOffsetBuffer().setInt(4, 1);

            assertThatThrownBy(() -> validate(vector, 2)).hasMessageContaining("not UTF-8, as value 0");
        }
    }

    private void assertNull(String message, Field field, Object... values) {
        try (FieldVector vector = ArrowRows.vector(allocator, field, values)) {
            assertThatThrownBy(() -> validate(vector, values.length)).hasMessageContaining(message);
        }
    }

    private static void validate(FieldVector vector, int rows) {
        validate(vector, rows, new MapDictionaryProvider());
    }

    private static void validate(FieldVector vector, int rows, MapDictionaryProvider dictionaries) {
        Schema schema = new Schema(List.of(vector.getField()));
        SchemaBinding.bind(schema, dictionaries, ArrowToIceberg.schema(schema, dictionaries), "t")
                .validator()
                .validate(new VectorSchemaRoot(schema, List.of(vector), rows), dictionaries);
    }

    private static List<Object> row(Object... values) {
        return Arrays.asList(values);
    }

    private static Field leaf(String name, ArrowType type) {
        return new Field(name, FieldType.nullable(type), null);
    }

    private static Field required(String name, ArrowType type) {
        return new Field(name, FieldType.notNullable(type), null);
    }

    private static Field nested(ArrowType type, Field child) {
        return new Field("c", FieldType.nullable(type), List.of(child));
    }
}
