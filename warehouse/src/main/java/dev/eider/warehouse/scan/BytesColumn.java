package dev.eider.warehouse.scan;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One string of bytes, or none, for each file of a manifest, all in one array: without offsets where all are equally
 * long, and once where all are the same. Immutable.
 */
final class BytesColumn {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int HEADER_BYTES = 48;
    private static final int ARRAY_BYTES = 16;
    private static final BytesColumn NONE = new BytesColumn(new byte[0], 0, 0, null, null, true);

    private final byte[] packed;
    /** Of every value; not used where there are offsets. */
    private final int width;
    /** From one value to the next; 0 where all are the same. */
    private final int stride;

    private final int @Nullable [] offsets;
    private final @Nullable BitSet missing;
    private final boolean allMissing;

    private BytesColumn(
            byte[] packed,
            int width,
            int stride,
            int @Nullable [] offsets,
            @Nullable BitSet missing,
            boolean allMissing) {
        this.packed = packed;
        this.width = width;
        this.stride = stride;
        this.offsets = offsets;
        this.missing = missing;
        this.allMissing = allMissing;
    }

    boolean isMissing(int row) {
        return allMissing || (missing != null && missing.get(row));
    }

    /** Returns the length of every value that is there, -1 if they differ, or if there are none. */
    int width() {
        return allMissing || offsets != null ? -1 : width;
    }

    /** Returns a little-endian number; only for a column whose width is 4 or 8, and a value that is there. */
    long number(int row) {
        return width == Integer.BYTES ? (int) INTS.get(packed, row * stride) : (long) LONGS.get(packed, row * stride);
    }

    /** Returns a view of a value that is there. */
    ByteBuffer get(int row) {
        return ByteBuffer.wrap(packed, start(row), end(row) - start(row))
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns how a value that is there compares to another, as unsigned bytes. */
    int compare(int row, byte[] other) {
        return Arrays.compareUnsigned(packed, start(row), end(row), other, 0, other.length);
    }

    /** Returns a value that is there, as text. */
    String text(int row) {
        return new String(packed, start(row), end(row) - start(row), java.nio.charset.StandardCharsets.UTF_8);
    }

    private int start(int row) {
        return offsets == null ? row * stride : offsets[row];
    }

    private int end(int row) {
        return offsets == null ? row * stride + width : offsets[row + 1];
    }

    /** Returns about how much memory this takes. */
    long bytes() {
        return HEADER_BYTES
                + ARRAY_BYTES
                + packed.length
                + (offsets == null ? 0 : ARRAY_BYTES + (long) offsets.length * Integer.BYTES)
                + (missing == null ? 0 : 3 * ARRAY_BYTES + missing.size() / Byte.SIZE);
    }

    /** Collects a column, row by row. Confined to one thread. */
    static final class Builder {
        private static final int FIRST_SIZE = 64;

        private final BitSet missing = new BitSet();
        private byte[] packed = new byte[FIRST_SIZE];
        private int[] offsets = new int[FIRST_SIZE / Integer.BYTES];
        private int rows;
        private boolean equallyLong = true;
        private boolean same = true;
        private int first = -1;

        /** Adds a value for {@code row}; rows that were left out so far have none. */
        void put(int row, ByteBuffer value) {
            byte[] bytes = new byte[value.remaining()];
            value.duplicate().get(bytes);
            put(row, bytes, 0, bytes.length);
        }

        /** Likewise, of a part of an array; of two values for a row the last one counts. */
        void put(int row, byte[] bytes, int start, int length) {
            if (row < rows) {
                rows = row;
                first = first == row ? -1 : first;
            }
            skipTo(row);
            int from = offsets[rows];
            if (length > packed.length - from) {
                packed = Arrays.copyOf(packed, Math.max(Math.addExact(from, length), Math.max(FIRST_SIZE, from * 2)));
            }
            System.arraycopy(bytes, start, packed, from, length);
            if (first < 0) {
                first = rows;
            }
            int width = offsets[first + 1] - offsets[first];
            equallyLong &= first == rows || length == width;
            same &= first == rows
                    || (length == width
                            && Arrays.equals(packed, offsets[first], offsets[first + 1], packed, from, from + length));
            next(from + length);
        }

        private void skipTo(int row) {
            while (rows < row) {
                missing.set(rows);
                next(offsets[rows]);
            }
            if (rows + 1 >= offsets.length) {
                offsets = Arrays.copyOf(offsets, offsets.length * 2);
            }
        }

        private void next(int end) {
            if (rows + 1 >= offsets.length) {
                offsets = Arrays.copyOf(offsets, offsets.length * 2);
            }
            offsets[++rows] = end;
        }

        BytesColumn build(int size) {
            skipTo(size);
            if (first < 0) {
                return NONE;
            }
            BitSet gaps = missing.isEmpty() ? null : (BitSet) missing.clone();
            int start = offsets[first];
            int width = offsets[first + 1] - start;
            if (same) {
                return new BytesColumn(Arrays.copyOfRange(packed, start, start + width), width, 0, null, gaps, false);
            }
            if (equallyLong && gaps == null) {
                return new BytesColumn(Arrays.copyOf(packed, offsets[size]), width, width, null, null, false);
            }
            return new BytesColumn(
                    Arrays.copyOf(packed, offsets[size]), 0, 0, Arrays.copyOf(offsets, size + 1), gaps, false);
        }
    }
}
