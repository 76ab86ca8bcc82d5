package dev.eider.warehouse.types;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Reads the indices of a dictionary-encoded column, whatever their width.
 *
 * @param address where they begin, in memory that holds them all
 * @param width bytes of each
 * @param signed whether negative ones are negative
 */
record IndexBuffer(long address, int width, boolean signed) {

    static IndexBuffer of(ArrowBuf buffer, int width, boolean signed) {
        return new IndexBuffer(buffer.memoryAddress(), width, signed);
    }

    /** Returns the index at {@code position}; one of 64 bits without sign beyond the signed range is negative. */
    long get(int position) {
        long at = address + (long) position * width;
        return switch (width) {
            case 1 -> signed ? MemoryUtil.getByte(at) : MemoryUtil.getByte(at) & 0xFFL;
            case 2 -> signed ? MemoryUtil.getShort(at) : MemoryUtil.getShort(at) & 0xFFFFL;
            case 4 -> signed ? MemoryUtil.getInt(at) : MemoryUtil.getInt(at) & 0xFFFF_FFFFL;
            default -> MemoryUtil.getLong(at);
        };
    }
}
