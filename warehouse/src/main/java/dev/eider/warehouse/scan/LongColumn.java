package dev.eider.warehouse.scan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/** One whole number for each file of a manifest, each as narrow as the range of all of them. Immutable. */
final class LongColumn {
    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);
    private static final byte[] NOTHING = {};
    private static final int HEADER_BYTES = 32;
    private static final int ARRAY_BYTES = 16;
    private static final int SHARED_FROM = -1;
    private static final LongColumn[] SHARED = IntStream.rangeClosed(SHARED_FROM, 1_024)
            .mapToObj(value -> new LongColumn(value, 0, NOTHING))
            .toArray(LongColumn[]::new);

    private final long base;
    private final int width;
    private final byte[] packed;

    private LongColumn(long base, int width, byte[] packed) {
        this.base = base;
        this.width = width;
        this.packed = packed;
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns a column of the first values of an array. */
    static LongColumn of(long[] values, int size) {
        long least = Arrays.stream(values, 0, size).min().orElse(0);
        long greatest = Arrays.stream(values, 0, size).max().orElse(0);
        int width = width(greatest - least);
        if (width == 0) {
            return least >= SHARED_FROM && least < SHARED_FROM + SHARED.length
                    ? SHARED[(int) (least - SHARED_FROM)]
                    : new LongColumn(least, 0, NOTHING);
        }
        LongColumn column = new LongColumn(width == Long.BYTES ? 0 : least, width, new byte[size * width]);
        for (int row = 0; row < size; row++) {
            column.set(row, values[row] - column.base);
        }
        return column;
    }

    /** A range that does not fit into a long shows as a negative one. */
    private static int width(long range) {
        if (range < 0 || range > 0xFFFF_FFFFL) {
            return Long.BYTES;
        }
        if (range > 0xFFFF) {
            return Integer.BYTES;
        }
        return range > 0xFF ? Short.BYTES : range > 0 ? Byte.BYTES : 0;
    }

    private void set(int row, long offset) {
        switch (width) {
            case Byte.BYTES -> packed[row] = (byte) offset;
            case Short.BYTES -> SHORTS.set(packed, row * width, (short) offset);
            case Integer.BYTES -> INTS.set(packed, row * width, (int) offset);
            default -> LONGS.set(packed, row * width, offset);
        }
    }

    long get(int row) {
        return switch (width) {
            case 0 -> base;
            case Byte.BYTES -> base + (packed[row] & 0xFF);
            case Short.BYTES -> base + ((short) SHORTS.get(packed, row * width) & 0xFFFF);
            case Integer.BYTES -> base + ((int) INTS.get(packed, row * width) & 0xFFFF_FFFFL);
            default -> (long) LONGS.get(packed, row * width);
        };
    }

    /** Returns about how much memory this takes. */
    long bytes() {
        return packed.length == 0 ? HEADER_BYTES : HEADER_BYTES + ARRAY_BYTES + packed.length;
    }

    /** Collects a column, row by row. Confined to one thread. */
    static final class Builder {
        private static final int FIRST_SIZE = 16;

        private long[] values = new long[FIRST_SIZE];
        private int size;

        /**
         * Adds a value for {@code row}; rows that were left out so far have {@code missing}. Of two values for a row the
         * last one counts.
         */
        void put(int row, long value, long missing) {
            ensure(row + 1);
            size = Math.min(size, row);
            while (size < row) {
                values[size++] = missing;
            }
            values[size++] = value;
        }

        private void ensure(int rows) {
            if (rows > values.length) {
                values = Arrays.copyOf(values, Math.max(rows, values.length * 2));
            }
        }

        LongColumn build(int rows, long missing) {
            ensure(rows);
            while (size < rows) {
                values[size++] = missing;
            }
            return of(values, rows);
        }
    }
}
