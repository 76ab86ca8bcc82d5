package dev.eider.cli.client;

import java.util.List;
import org.apache.arrow.vector.FieldVector;

/** Takes the rows of a result, one batch at a time; the vectors are valid only during the call. */
@FunctionalInterface
public interface BatchReceiver {

    /** Takes {@code rows} rows; dictionary-encoded columns have been decoded. */
    void batch(List<FieldVector> columns, int rows);
}
