package dev.eider.cli.display;

import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Takes the rows of one result, batch by batch, and prints them in some format.
 *
 * <p>Called in the order start, batch for each batch, finish; by one thread. Holds no vector longer than a call.
 */
public interface RowSink {

    /** Prints what comes before the rows. */
    void start(Schema schema);

    /** Prints {@code rows} rows; dictionary-encoded columns have been decoded. */
    void batch(List<FieldVector> columns, int rows);

    /** Hands on what can be printed already, for those who watch. */
    default void flush() {}

    /** Prints what comes after the rows; {@code summary} is a remark for people, such as the time that they took. */
    void finish(String summary);
}
