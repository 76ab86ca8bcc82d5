package dev.eider.gateway.flight;

import java.io.IOException;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Where the batches of one result go. Confined to one thread. */
interface BatchSink {

    /** Sends the schema, even of an empty result. */
    void start(VectorSchemaRoot root, DictionaryProvider dictionaries) throws IOException;

    /** Sends what the root holds now. */
    void batch() throws IOException;

    /** Sends what is left, after the last batch. */
    void end() throws IOException;
}
