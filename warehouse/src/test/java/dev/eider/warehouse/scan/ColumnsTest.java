package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Random;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnsTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 200, 255, 256, 60_000, 65_536, 1L << 32, (1L << 32) - 1, 1L << 40, Long.MAX_VALUE})
    void longsComeBackWhateverTheirRange(long range) {
        for (long base : new long[] {0, -1, -range, Long.MIN_VALUE, Long.MAX_VALUE - range}) {
            LongColumn column = LongColumn.of(new long[] {base, base + range, base + range / 2}, 3);

            assertThat(new long[] {column.get(0), column.get(1), column.get(2)})
                    .containsExactly(base, base + range, base + range / 2);
        }
    }

    @Test
    void longsWithTheWholeRangeComeBack() {
        LongColumn column = LongColumn.of(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, 2);

        assertThat(column.get(0)).isEqualTo(Long.MIN_VALUE);
        assertThat(column.get(1)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void bytesComeBackWithTheirGaps() {
        Random random = new Random(4);
        for (int round = 0; round < 500; round++) {
            int size = random.nextInt(100);
            int longest = random.nextInt(20);
            boolean same = random.nextInt(3) == 0;
            boolean equallyLong = random.nextBoolean();
            int gaps = random.nextInt(3);
            byte[][] values = new byte[size][];
            BytesColumn.Builder builder = new BytesColumn.Builder();
            for (int row = 0; row < size; row++) {
                if (gaps == 0 || random.nextInt(gaps + 1) == 0) {
                    values[row] = new byte[equallyLong ? longest : random.nextInt(longest + 1)];
                    if (!same) {
                        random.nextBytes(values[row]);
                    }
                    builder.put(row, ByteBuffer.wrap(values[row]));
                }
            }

            BytesColumn column = builder.build(size);

            for (int row = 0; row < size; row++) {
                assertThat(column.isMissing(row)).isEqualTo(values[row] == null);
                if (values[row] != null) {
                    assertThat(column.get(row)).isEqualTo(ByteBuffer.wrap(values[row]));
                }
            }
        }
    }

    @Test
    void ofTwoValuesForARowTheLastCounts() {
        LongColumn.Builder longs = new LongColumn.Builder();
        BytesColumn.Builder bytes = new BytesColumn.Builder();
        for (int row = 1; row < 40; row++) {
            longs.put(row, -row, 0);
            longs.put(row, row, 0);
            bytes.put(row, number(-row));
            bytes.put(row, number(row));
        }

        LongColumn numbers = longs.build(41, 0);
        BytesColumn texts = bytes.build(41);
        for (int row = 0; row < 41; row++) {
            boolean missing = row == 0 || row == 40;
            assertThat(numbers.get(row)).isEqualTo(missing ? 0 : row);
            assertThat(texts.isMissing(row)).isEqualTo(missing);
            if (!missing) {
                assertThat(texts.get(row)).isEqualTo(number(row));
            }
        }
    }

    @Test
    void boundsOfNarrowerTypesAreWidened() {
        ByteBuffer day = Conversions.toByteBuffer(Types.DateType.get(), 3);
        ByteBuffer whole = Conversions.toByteBuffer(Types.IntegerType.get(), -3);
        ByteBuffer narrow = Conversions.toByteBuffer(Types.FloatType.get(), 1.5f);

        assertThat(value(Types.TimestampType.withoutZone(), day)).isEqualTo(3 * 86_400_000_000L);
        assertThat(value(Types.TimestampNanoType.withoutZone(), day)).isEqualTo(3 * 86_400_000_000_000L);
        assertThat(Bounds.lower(Types.TimestampType.withZone(), day)).isNull();
        assertThat(value(Types.LongType.get(), whole)).isEqualTo(-3L);
        assertThat(value(Types.DoubleType.get(), narrow)).isEqualTo(1.5);
        assertThat(Bounds.upper(Types.IntegerType.get(), Conversions.toByteBuffer(Types.LongType.get(), 1L)))
                .isNull();
        assertThat(Bounds.upper(Types.TimestampNanoType.withoutZone(), number(Integer.MAX_VALUE)))
                .isNull();
    }

    @Test
    void bothZerosAreWithinBoundsOfOne() {
        assertThat(value(Types.DoubleType.get(), Conversions.toByteBuffer(Types.DoubleType.get(), 0.0)))
                .isEqualTo(-0.0);
        assertThat(Conversions.<Float>fromByteBuffer(
                        Types.FloatType.get(),
                        Objects.requireNonNull(Bounds.upper(
                                Types.FloatType.get(), Conversions.toByteBuffer(Types.FloatType.get(), -0.0f)))))
                .isEqualTo(0.0f);
    }

    private static Object value(org.apache.iceberg.types.Type type, ByteBuffer bound) {
        return Conversions.fromByteBuffer(
                type, Objects.requireNonNull(Bounds.lower(type, bound.order(ByteOrder.LITTLE_ENDIAN))));
    }

    private static ByteBuffer number(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(0, value);
    }
}
