package dev.eider.warehouse.types;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/**
 * Refuses batches whose buffers do not hold what they claim, before native code reads them without looking: a length
 * that a network peer made up must never make it read outside a buffer, nor may text that is not UTF-8 or a NULL in a
 * required column get into a file.
 *
 * <p>Immutable.
 */
public final class BatchValidator {
    private final List<FieldRule> rules;

    BatchValidator(List<FieldRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /**
     * Checks one batch, whose columns are those that were bound, under their own or the transport schema. Reads
     * buffers and changes nothing.
     *
     * @param dictionaries what dictionary-encoded columns refer to, as it is for this batch
     * @throws EiderException {@code INVALID_DATA}, naming the column, if native code must not see the batch
     */
    public void validate(VectorSchemaRoot batch, DictionaryProvider dictionaries) {
        List<FieldVector> vectors = batch.getFieldVectors();
        if (vectors.size() != rules.size()) {
            throw new EiderException(
                    ErrorCode.INVALID_DATA,
                    "A batch has %d columns instead of %d".formatted(vectors.size(), rules.size()));
        }
        int rows = batch.getRowCount();
        if (rows < 0) {
            throw new EiderException(ErrorCode.INVALID_DATA, "A batch has %d rows".formatted(rows));
        }
        VectorCheck check = new VectorCheck(dictionaries);
        for (int i = 0; i < vectors.size(); i++) {
            FieldVector vector = vectors.get(i);
            FieldRule rule = rules.get(i);
            if (vector.getValueCount() != rows) {
                throw InvalidBuffer.in(
                        rule.path(), "has %d values in a batch of %d rows".formatted(vector.getValueCount(), rows));
            }
            check.check(vector, rule, new Reach(vector));
        }
    }
}
