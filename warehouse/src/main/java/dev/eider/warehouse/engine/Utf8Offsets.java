package dev.eider.warehouse.engine;

/** Translates DuckDB's offsets, which count bytes of UTF-8, into offsets of characters. Immutable. */
final class Utf8Offsets {
    private final int length;
    private final int[] charAtByte;

    Utf8Offsets(String text) {
        length = text.length();
        int bytes = 0;
        for (int i = 0; i < length; i++) {
            bytes += width(text.charAt(i));
        }
        charAtByte = bytes == length ? new int[0] : new int[bytes + 1];
        if (bytes != length) {
            fill(text);
        }
    }

    private void fill(String text) {
        int at = 0;
        for (int i = 0; i < length; i++) {
            int end = at + width(text.charAt(i));
            while (at < end) {
                charAtByte[at++] = i;
            }
        }
        charAtByte[at] = length;
    }

    /** Returns the character that holds the byte, or -1 if the text has no such byte. */
    int charOffset(long byteOffset) {
        int limit = charAtByte.length == 0 ? length : charAtByte.length - 1;
        if (byteOffset < 0 || byteOffset > limit) {
            return -1;
        }
        return charAtByte.length == 0 ? (int) byteOffset : charAtByte[(int) byteOffset];
    }

    /** Each half of a pair of surrogates counts two of its four bytes. */
    private static int width(char c) {
        if (c < 0x80) {
            return 1;
        }
        return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
    }
}
