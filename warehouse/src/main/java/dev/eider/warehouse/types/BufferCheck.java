package dev.eider.warehouse.types;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Checks single buffers of a column. Each loop first makes sure that the buffer is long enough, and then reads its
 * memory without further bounds checks, since it runs over every batch that arrives. Immutable.
 *
 * @param path the column's path, for messages
 */
record BufferCheck(String path) {

    /** Requires a bit for each of {@code count} values. */
    void bits(ArrowBuf buffer, long count) {
        atLeast(buffer, (count + 7) / 8, 1);
    }

    /** Requires {@code width} bytes for each of {@code count} values, at addresses fit for such values. */
    void values(ArrowBuf buffer, long count, int width) {
        boolean isNumber = width == 2 || width == 4 || width == 8 || width == 16;
        atLeast(buffer, count * width, isNumber ? Math.min(width, 8) : 1);
    }

    private void atLeast(ArrowBuf buffer, long bytes, int alignment) {
        if (buffer.capacity() < bytes) {
            throw InvalidBuffer.in(
                    path, "needs a buffer of %d bytes, but one of %d was sent".formatted(bytes, buffer.capacity()));
        }
        if (bytes > 0 && buffer.memoryAddress() % alignment != 0) {
            throw InvalidBuffer.in(path, "has a buffer that is not aligned to %d bytes".formatted(alignment));
        }
    }

    /** Requires {@code count + 1} offsets that never decrease and end within {@code limit}. */
    void offsets32(ArrowBuf buffer, int count, long limit) {
        if (count == 0 && buffer.capacity() == 0) {
            return;
        }
        values(buffer, count + 1L, 4);
        long address = buffer.memoryAddress();
        int previous = MemoryUtil.getInt(address);
        int negative = previous;
        for (long at = address + 4, end = address + 4L * count; at <= end; at += 4) {
            int offset = MemoryUtil.getInt(at);
            negative |= offset | (offset - previous);
            previous = offset;
        }
        requireOffsets(negative < 0, previous, limit);
    }

    /** Requires {@code count + 1} offsets of 64 bits that never decrease and end within {@code limit}. */
    void offsets64(ArrowBuf buffer, int count, long limit) {
        if (count == 0 && buffer.capacity() == 0) {
            return;
        }
        values(buffer, count + 1L, 8);
        long address = buffer.memoryAddress();
        long previous = MemoryUtil.getLong(address);
        long negative = previous;
        for (long at = address + 8, end = address + 8L * count; at <= end; at += 8) {
            long offset = MemoryUtil.getLong(at);
            negative |= offset | (offset - previous);
            previous = offset;
        }
        requireOffsets(negative < 0, previous, limit);
    }

    private void requireOffsets(boolean negative, long last, long limit) {
        if (negative) {
            throw InvalidBuffer.in(path, "has offsets that are negative or decrease");
        }
        if (last > limit) {
            throw InvalidBuffer.in(path, "has an offset of %d, beyond the %d that were sent".formatted(last, limit));
        }
    }

    /** Requires indices below {@code limit} wherever {@code validity} has a bit; the buffers are long enough. */
    void indices(IndexBuffer indices, ArrowBuf validity, int count, int limit) {
        for (int i = 0; i < count; i++) {
            long index = indices.get(i);
            if ((index < 0 || index >= limit) && isValid(validity.memoryAddress(), i)) {
                throw InvalidBuffer.in(
                        path,
                        "refers to value %s of a dictionary of %d".formatted(Long.toUnsignedString(index), limit));
            }
        }
    }

    /** Requires decimals of at most {@code precision} digits wherever {@code validity} has a bit. */
    void decimals(ArrowBuf values, ArrowBuf validity, int count, int precision) {
        Int128 bound = Int128.powerOfTen(precision);
        long address = values.memoryAddress();
        for (int i = 0; i < count; i++) {
            long low = MemoryUtil.getLong(address + 16L * i);
            long high = MemoryUtil.getLong(address + 16L * i + 8);
            boolean small = high == low >> 63 && precision >= 19;
            if (!small && !bound.exceedsMagnitude(high, low) && isValid(validity.memoryAddress(), i)) {
                throw InvalidBuffer.in(path, "has a decimal of more than %d digits".formatted(precision));
            }
        }
    }

    /** Returns whether bit {@code index} is set in the bitmap at {@code address}. */
    static boolean isValid(long address, int index) {
        return (MemoryUtil.getByte(address + (index >> 3)) >> (index & 7) & 1) != 0;
    }
}
