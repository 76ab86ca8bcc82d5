package dev.eider.warehouse.types;

import java.util.List;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/**
 * Refuses batches whose buffers do not hold what they claim, before native code reads them without looking.
 *
 * <p>Immutable.
 */
public final class BatchValidator {
    private final List<FieldRule> rules;

    BatchValidator(List<FieldRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Checks one batch, whose columns are those that were bound; throws {@code INVALID_DATA} naming the column. */
    public void validate(VectorSchemaRoot batch, DictionaryProvider dictionaries) {
        // checks follow
    }
}
