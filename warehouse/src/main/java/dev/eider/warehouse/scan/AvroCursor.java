package dev.eider.warehouse.scan;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Goes through one block of an Avro file, value by value. Confined to one thread.
 *
 * <p>Bytes that cannot be such values, or end too early, are an {@link IOException}.
 */
final class AvroCursor {
    private static final int BITS_OF_A_BYTE = 7;

    private byte[] bytes = {};
    private int position;
    private int end;

    /** Goes to the start of a block, which must be in an array. */
    void open(ByteBuffer block) {
        bytes = block.array();
        position = block.arrayOffset() + block.position();
        end = position + block.remaining();
    }

    /** Returns the array that positions are in. */
    byte[] bytes() {
        return bytes;
    }

    int position() {
        return position;
    }

    boolean atEnd() {
        return position == end;
    }

    long readLong() throws IOException {
        long encoded = 0;
        for (int shift = 0; shift < Long.SIZE; shift += BITS_OF_A_BYTE) {
            if (position == end) {
                throw new EOFException("A block ends within a number");
            }
            byte next = bytes[position++];
            encoded |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return (encoded >>> 1) ^ -(encoded & 1);
            }
        }
        throw new IOException("A number is longer than numbers are");
    }

    int readInt() throws IOException {
        long value = readLong();
        if ((int) value != value) {
            throw new IOException("%d is no number of 32 bits".formatted(value));
        }
        return (int) value;
    }

    /** Returns how many bytes follow of a value that says so itself. */
    int readLength() throws IOException {
        long length = readLong();
        requireLeft(length);
        return (int) length;
    }

    /** Returns how many items follow of an array or a map, 0 at its end. */
    long readItems() throws IOException {
        long count = readLong();
        if (count >= 0) {
            return count;
        }
        readLong();
        return -count;
    }

    void skip(long length) throws IOException {
        requireLeft(length);
        position += (int) length;
    }

    private void requireLeft(long length) throws IOException {
        if (length < 0 || length > end - position) {
            throw new EOFException("A block ends within a value of %d bytes".formatted(length));
        }
    }
}
