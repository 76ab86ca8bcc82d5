package dev.eider.warehouse.write;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.message.ArrowDictionaryBatch;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * The dictionaries that a run of batches refers to, kept while the stream may already have replaced them.
 *
 * <p>Holds references to their buffers until whoever made it and every queued batch have closed it, each once. Confined
 * to the thread that fills the queue, except {@link #load}, which only adds references, and the counting of holders.
 */
final class DictionarySnapshot implements AutoCloseable {
    private final Map<Long, ArrowRecordBatch> batches;
    private final Map<Long, Field> values;
    private final AtomicInteger holders = new AtomicInteger(1);

    private DictionarySnapshot(Map<Long, ArrowRecordBatch> batches, Map<Long, Field> values) {
        this.batches = batches;
        this.values = values;
    }

    static DictionarySnapshot of(DictionaryProvider provider) {
        Map<Long, ArrowRecordBatch> batches = new HashMap<>();
        Map<Long, Field> values = new HashMap<>();
        for (long id : provider.getDictionaryIds()) {
            batches.put(id, unload(provider.lookup(id)));
            values.put(id, provider.lookup(id).getVector().getField());
        }
        return new DictionarySnapshot(batches, values);
    }

    private static ArrowRecordBatch unload(Dictionary dictionary) {
        FieldVector vector = dictionary.getVector();
        // The root borrows the vector: closing it would close the stream's dictionary.
        VectorSchemaRoot root =
                new VectorSchemaRoot(List.of(vector.getField()), List.of(vector), vector.getValueCount());
        return new VectorUnloader(root).getRecordBatch();
    }

    /** Adds a holder, which closes this in its turn. */
    void retain() {
        holders.incrementAndGet();
    }

    long bytes() {
        return batches.values().stream()
                .mapToLong(ArrowRecordBatch::computeBodyLength)
                .sum();
    }

    /** Returns whether the provider still holds these very buffers. */
    boolean matches(DictionaryProvider provider) {
        for (long id : provider.getDictionaryIds()) {
            ArrowRecordBatch known = batches.get(id);
            if (known == null) {
                return false;
            }
            try (ArrowRecordBatch now = unload(provider.lookup(id))) {
                if (!sameBuffers(known, now)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean sameBuffers(ArrowRecordBatch left, ArrowRecordBatch right) {
        List<ArrowBuf> ours = left.getBuffers();
        List<ArrowBuf> theirs = right.getBuffers();
        if (left.getLength() != right.getLength() || ours.size() != theirs.size()) {
            return false;
        }
        for (int i = 0; i < ours.size(); i++) {
            if (ours.get(i).memoryAddress() != theirs.get(i).memoryAddress()) {
                return false;
            }
        }
        return true;
    }

    /** Returns the schema under which the batches travel, from the one under which they lie in memory. */
    Schema travelling(Schema inMemory) {
        return new Schema(inMemory.getFields().stream().map(this::travelling).toList());
    }

    private Field travelling(Field field) {
        DictionaryEncoding encoding = field.getDictionary();
        if (encoding == null) {
            return new Field(
                    field.getName(),
                    field.getFieldType(),
                    field.getChildren().stream().map(this::travelling).toList());
        }
        Field value = Objects.requireNonNull(values.get(encoding.getId()), "dictionary");
        return new Field(
                field.getName(),
                new FieldType(field.isNullable(), value.getType(), encoding, field.getMetadata()),
                value.getChildren());
    }

    /** Returns whether there are none, so that batches of several streams may follow each other. */
    boolean isEmpty() {
        return batches.isEmpty();
    }

    /** Hands every dictionary to {@code reader}, which takes references of its own. */
    void load(BatchReader reader) {
        batches.forEach(
                (id, batch) -> reader.takeDictionary(new ArrowDictionaryBatch(id, HeldReader.shared(batch), false)));
    }

    @Override
    public void close() {
        if (holders.decrementAndGet() == 0) {
            batches.values().forEach(ArrowRecordBatch::close);
        }
    }
}
