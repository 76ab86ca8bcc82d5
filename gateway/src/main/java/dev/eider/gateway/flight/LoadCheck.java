package dev.eider.gateway.flight;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.ReferenceManager;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BaseVariableWidthViewVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a message that claims more values than it holds.
 *
 * <p>Arrow's loader would silently fill the rest with zeros and NULLs, and nothing later could tell them from rows that a
 * client sent. Here they show: all buffers of one message lie in one piece of memory, and the only ones that an honest
 * message makes Arrow add are the bitmaps of columns without, or of nothing but, NULLs. Looks at buffers, never at single
 * rows. A dictionary that is sent twice for the same batch is refused too, which no writer has reason to do.
 *
 * <p>Confined to the thread that reads the stream.
 */
final class LoadCheck {
    private final LoadAllocations allocations;
    private final long maxBytes;
    private final Map<Long, ReferenceManager> dictionaries = new HashMap<>();

    /**
     * Creates a check.
     *
     * @param maxBytes how much a batch, or a dictionary, may hold
     */
    LoadCheck(LoadAllocations allocations, long maxBytes) {
        this.allocations = allocations;
        this.maxBytes = maxBytes;
    }

    /** Forgets what the current thread allocated so far. */
    void begin() {
        allocations.take();
    }

    /** Checks what the current thread has loaded since {@link #begin}. */
    void check(VectorSchemaRoot batch, DictionaryProvider provider) {
        int made = allocations.take();
        if (batch.getRowCount() < 0) {
            throw malformed("a batch of " + batch.getRowCount() + " rows");
        }
        requireSize(batch.getFieldVectors());
        int bitmaps = bitmaps(batch.getFieldVectors());
        for (long id : provider.getDictionaryIds()) {
            FieldVector values = provider.lookup(id).getVector();
            ReferenceManager memory = values.getValidityBuffer().getReferenceManager();
            if (dictionaries.put(id, memory) != memory) {
                requireSize(List.of(values));
                bitmaps += bitmaps(List.of(values));
            }
        }
        if (made > bitmaps) {
            throw tooShort();
        }
    }

    /** Returns how many bitmaps of these vectors did not arrive with their values. */
    /** gRPC itself, when it refuses a message, may answer with any status and close the connection with it. */
    private void requireSize(List<FieldVector> columns) {
        long bytes = columns.stream().mapToLong(FieldVector::getBufferSize).sum();
        if (bytes > maxBytes) {
            throw new EiderException(
                    ErrorCode.TOO_LARGE,
                    "A message holds %,d bytes, more than limits.max-message-size, %,d: send smaller batches"
                            .formatted(bytes, maxBytes));
        }
    }

    private static int bitmaps(List<FieldVector> vectors) {
        Message message = new Message();
        vectors.forEach(message::add);
        return message.bitmaps();
    }

    /** The vectors of one message, and the memory that it came in. */
    private static final class Message {
        private final Map<ReferenceManager, Integer> bitmaps = new HashMap<>();
        private @Nullable ReferenceManager memory;

        void add(FieldVector vector) {
            if (vector instanceof NullVector) {
                return;
            }
            if (vector instanceof ExtensionTypeVector<?> extension) {
                add((FieldVector) extension.getUnderlyingVector());
                return;
            }
            ArrowBuf bitmap = vector.getValidityBuffer();
            if (bitmap.capacity() > 0) {
                bitmaps.merge(bitmap.getReferenceManager(), 1, Integer::sum);
            }
            ArrowBuf values = values(vector);
            if (values != null && vector.getValueCount() > 0) {
                ReferenceManager found = values.getReferenceManager();
                if (memory != null && found != memory) {
                    throw tooShort();
                }
                memory = found;
            }
            vector.getChildrenFromFields().forEach(this::add);
        }

        int bitmaps() {
            return bitmaps.entrySet().stream()
                    .filter(entry -> entry.getKey() != memory)
                    .mapToInt(Map.Entry::getValue)
                    .sum();
        }
    }

    /** Returns the buffer that only the client can have filled, if there is one. */
    private static @Nullable ArrowBuf values(FieldVector vector) {
        if (vector instanceof BaseFixedWidthVector || vector instanceof BaseVariableWidthViewVector) {
            return vector.getDataBuffer();
        }
        boolean hasOffsets = vector instanceof BaseVariableWidthVector
                || vector instanceof BaseLargeVariableWidthVector
                || vector instanceof ListVector
                || vector instanceof LargeListVector;
        if (hasOffsets) {
            return vector.getOffsetBuffer();
        }
        int nulls = vector.getNullCount();
        return nulls > 0 && nulls < vector.getValueCount() ? vector.getValidityBuffer() : null;
    }

    private static EiderException tooShort() {
        return malformed("a batch with fewer values than it has rows");
    }

    private static EiderException malformed(String what) {
        return new EiderException(ErrorCode.INVALID_DATA, "The stream holds " + what);
    }
}
