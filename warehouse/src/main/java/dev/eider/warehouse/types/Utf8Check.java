package dev.eider.warehouse.types;

import org.apache.arrow.memory.util.MemoryUtil;

/** Tells whether bytes in memory are text in UTF-8. Stateless. */
final class Utf8Check {
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private Utf8Check() {}

    /** Returns whether the bytes from {@code start} to {@code end} are ASCII, so that any cut through them is text. */
    static boolean isAscii(long start, long end) {
        long at = start;
        while (end - at >= 64) {
            long bits = MemoryUtil.getLong(at)
                    | MemoryUtil.getLong(at + 8)
                    | MemoryUtil.getLong(at + 16)
                    | MemoryUtil.getLong(at + 24)
                    | MemoryUtil.getLong(at + 32)
                    | MemoryUtil.getLong(at + 40)
                    | MemoryUtil.getLong(at + 48)
                    | MemoryUtil.getLong(at + 56);
            if ((bits & HIGH_BITS) != 0) {
                return false;
            }
            at += 64;
        }
        return skipAscii(at, end) == end;
    }

    /** Returns whether the bytes from {@code start} to {@code end} are one well-formed text. */
    static boolean isWellFormed(long start, long end) {
        long at = skipAscii(start, end);
        while (at < end) {
            int length = sequenceLength(at, end);
            if (length == 0) {
                return false;
            }
            at = skipAscii(at + length, end);
        }
        return true;
    }

    private static long skipAscii(long start, long end) {
        long at = start;
        while (end - at >= 8 && (MemoryUtil.getLong(at) & HIGH_BITS) == 0) {
            at += 8;
        }
        if (end - at < 8 && end - start >= 8 && (MemoryUtil.getLong(end - 8) & HIGH_BITS) == 0) {
            return end;
        }
        while (at < end && MemoryUtil.getByte(at) >= 0) {
            at++;
        }
        return at;
    }

    /** Returns the length of the sequence of two to four bytes at {@code at}, or 0 if it is none. */
    private static int sequenceLength(long at, long end) {
        int lead = MemoryUtil.getByte(at) & 0xFF;
        long left = end - at;
        if (lead >= 0xC2 && lead <= 0xDF) {
            return left >= 2 && isContinuation(at + 1) ? 2 : 0;
        }
        if (left < 3 || lead < 0xE0 || lead > 0xF4 || !isContinuation(at + 1) || !isContinuation(at + 2)) {
            return 0;
        }
        int second = MemoryUtil.getByte(at + 1) & 0xFF;
        if (lead <= 0xEF) {
            boolean overlong = lead == 0xE0 && second < 0xA0;
            boolean surrogate = lead == 0xED && second > 0x9F;
            return overlong || surrogate ? 0 : 3;
        }
        boolean overlong = lead == 0xF0 && second < 0x90;
        boolean beyond = lead == 0xF4 && second > 0x8F;
        return overlong || beyond || left < 4 || !isContinuation(at + 3) ? 0 : 4;
    }

    private static boolean isContinuation(long at) {
        return (MemoryUtil.getByte(at) & 0xC0) == 0x80;
    }
}
