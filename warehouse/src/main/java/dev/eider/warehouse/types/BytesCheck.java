package dev.eider.warehouse.types;

import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ViewVarCharVector;

/**
 * Checks vectors of text and bytes: where each value lies, and that text is UTF-8. Immutable.
 *
 * @param buffers checks for the same column
 */
record BytesCheck(BufferCheck buffers) {

    /** Checks a vector whose validity buffer is long enough. */
    void check(FieldVector vector) {
        if (vector instanceof BaseVariableWidthViewVector views) {
            checkViews(views);
            return;
        }
        int count = vector.getValueCount();
        ArrowBuf offsets = vector.getOffsetBuffer();
        ArrowBuf data = vector.getDataBuffer();
        boolean large = vector instanceof BaseLargeVariableWidthVector;
        if (large) {
            buffers.offsets64(offsets, count, data.capacity());
        } else {
            buffers.offsets32(offsets, count, data.capacity());
        }
        if (count > 0 && (vector instanceof VarCharVector || vector instanceof LargeVarCharVector)) {
            checkText(new Offsets(offsets.memoryAddress(), large), data, vector.getValidityBuffer(), count);
        }
    }

    /** Offsets of either width, within memory that holds them all. */
    private record Offsets(long address, boolean large) {
        long get(int index) {
            return large ? MemoryUtil.getLong(address + 8L * index) : MemoryUtil.getInt(address + 4L * index);
        }
    }

    private void checkText(Offsets offsets, ArrowBuf data, ArrowBuf validity, int count) {
        long address = data.memoryAddress();
        if (Utf8Check.isAscii(address + offsets.get(0), address + offsets.get(count))) {
            return;
        }
        long start = offsets.get(0);
        for (int i = 0; i < count; i++) {
            long end = offsets.get(i + 1);
            if (!Utf8Check.isWellFormed(address + start, address + end)
                    && BufferCheck.isValid(validity.memoryAddress(), i)) {
                throw notText(i);
            }
            start = end;
        }
    }

    private void checkViews(BaseVariableWidthViewVector vector) {
        int count = vector.getValueCount();
        ArrowBuf views = vector.getDataBuffer();
        buffers.values(views, count, BaseVariableWidthViewVector.ELEMENT_SIZE);
        boolean isText = vector instanceof ViewVarCharVector;
        List<ArrowBuf> data = vector.getDataBuffers();
        long validity = vector.getValidityBuffer().memoryAddress();
        for (int i = 0; i < count; i++) {
            if (!BufferCheck.isValid(validity, i)) {
                continue;
            }
            long view = views.memoryAddress() + (long) BaseVariableWidthViewVector.ELEMENT_SIZE * i;
            int length = MemoryUtil.getInt(view);
            long start = length <= BaseVariableWidthViewVector.INLINE_SIZE ? view + 4 : target(view, length, data);
            if (length < 0) {
                throw InvalidBuffer.in(buffers.path(), "has a value of %d bytes".formatted(length));
            }
            if (isText && !Utf8Check.isWellFormed(start, start + length)) {
                throw notText(i);
            }
        }
    }

    /** Returns the address of a value that is too long for its view, having checked that it is all there. */
    private long target(long view, int length, List<ArrowBuf> data) {
        int index = MemoryUtil.getInt(view + 8);
        int offset = MemoryUtil.getInt(view + 12);
        if (index < 0
                || index >= data.size()
                || offset < 0
                || (long) offset + length > data.get(index).capacity()) {
            throw InvalidBuffer.in(
                    buffers.path(),
                    "has a value of %d bytes at %d of buffer %d, beyond what was sent"
                            .formatted(length, offset, index));
        }
        return data.get(index).memoryAddress() + offset;
    }

    private RuntimeException notText(int row) {
        return InvalidBuffer.in(buffers.path(), "has text that is not UTF-8, as value %d of a batch".formatted(row));
    }
}
