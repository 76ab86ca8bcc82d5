package dev.eider.gateway.flight;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/** Makes Arrow buffers of bytes on the heap. */
final class Buffers {
    private Buffers() {}

    /** Returns a buffer that holds a copy; the caller owns it. */
    static ArrowBuf copyOf(byte[] bytes, BufferAllocator allocator) {
        ArrowBuf buffer = allocator.buffer(bytes.length);
        buffer.writeBytes(bytes);
        return buffer;
    }
}
