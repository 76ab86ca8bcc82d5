package dev.eider.warehouse.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.data.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ArrowToParquetTest {
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

    private List<Object> store(Field field, List<?> values) throws Exception {
        org.apache.iceberg.Schema table = ArrowToIceberg.schema(new Schema(List.of(field)));
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
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
