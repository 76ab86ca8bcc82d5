package dev.eider.gateway.flight;

import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;

/** Sends batches as the answer of a {@code DoGet}. */
record ListenerSink(ServerStreamListener listener) implements BatchSink {
    @Override
    public void start(VectorSchemaRoot root, DictionaryProvider dictionaries) {
        listener.start(root, dictionaries);
    }

    @Override
    public void batch() {
        listener.putNext();
    }

    @Override
    public void end() {}
}
