package dev.eider.gateway.flight;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;

class FlightStreamReaderTest {

    @Test
    void showsEveryBatch() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                Recorder recorder = new Recorder(allocator);
                VectorSchemaRoot root = TestRows.root(allocator)) {
            recorder.put(root, new DictionaryProvider.MapDictionaryProvider(), upload -> {
                for (int batch = 0; batch < 3; batch++) {
                    TestRows.fill(root, batch, 1);
                    upload.putNext();
                }
            });

            assertThat(recorder.rows)
                    .containsExactly(List.of("0", "row 0"), List.of("1", "row 1"), List.of("2", "row 2"));
            assertThat(recorder.fields).isEqualTo(TestRows.SCHEMA.getFields());
        }
    }

    @Test
    void showsTheSchemaOfAnEmptyStream() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                Recorder recorder = new Recorder(allocator);
                VectorSchemaRoot root = TestRows.root(allocator)) {
            recorder.put(root, new DictionaryProvider.MapDictionaryProvider(), upload -> {});

            assertThat(recorder.rows).isEmpty();
            assertThat(recorder.fields).isEqualTo(TestRows.SCHEMA.getFields());
        }
    }

    @Test
    void findsTheValuesOfDictionaries() throws Exception {
        DictionaryEncoding encoding = new DictionaryEncoding(5, false, new ArrowType.Int(32, true));
        Field field = new Field("colour", new FieldType(true, new ArrowType.Int(32, true), encoding), null);
        try (BufferAllocator allocator = new RootAllocator();
                Recorder recorder = new Recorder(allocator);
                VarCharVector values = new VarCharVector("values", allocator);
                FieldVector column = field.createVector(allocator);
                VectorSchemaRoot root = new VectorSchemaRoot(List.of(column))) {
            values.setSafe(0, "red".getBytes(StandardCharsets.UTF_8));
            values.setSafe(1, "blue".getBytes(StandardCharsets.UTF_8));
            values.setValueCount(2);

            recorder.put(
                    root, new DictionaryProvider.MapDictionaryProvider(new Dictionary(values, encoding)), upload -> {
                        ((IntVector) column).setSafe(0, 1);
                        ((IntVector) column).setSafe(1, 0);
                        ((IntVector) column).setNull(2);
                        root.setRowCount(3);
                        upload.putNext();
                    });

            assertThat(recorder.rows).containsExactly(List.of("blue"), List.of("red"), List.of("null"));
        }
    }

    /** A server that reads uploads through the reader, and remembers what it saw. */
    private static final class Recorder extends NoOpFlightProducer implements AutoCloseable {
        private final List<List<String>> rows = new ArrayList<>();
        private final List<Field> fields = new ArrayList<>();
        private final LoadAllocations loads = new LoadAllocations();
        private final BufferAllocator allocator;
        private final FlightServer server;

        Recorder(BufferAllocator parent) throws Exception {
            this.allocator = parent.newChildAllocator("recorder", loads, 0, Long.MAX_VALUE);
            this.server = FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", 0), this)
                    .build()
                    .start();
        }

        void put(
                VectorSchemaRoot root,
                DictionaryProvider dictionaries,
                java.util.function.Consumer<FlightClient.ClientStreamListener> sender)
                throws Exception {
            try (FlightClient client =
                    FlightClient.builder(allocator, server.getLocation()).build()) {
                FlightClient.ClientStreamListener upload =
                        client.startPut(FlightDescriptor.path("t"), root, dictionaries, new AsyncPutListener());
                sender.accept(upload);
                upload.completed();
                upload.getResult();
            }
        }

        @Override
        public Runnable acceptPut(CallContext context, FlightStream stream, StreamListener<PutResult> results) {
            return () -> {
                try (FlightStreamReader reader = new FlightStreamReader(
                        stream, new Interruptible(), new LoadCheck(loads, Long.MAX_VALUE), allocator)) {
                    reader.awaitSchema();
                    fields.addAll(reader.getVectorSchemaRoot().getSchema().getFields());
                    while (reader.loadNextBatch()) {
                        record(reader);
                    }
                } catch (java.io.IOException unexpected) {
                    throw new IllegalStateException(unexpected);
                }
            };
        }

        private void record(FlightStreamReader reader) throws java.io.IOException {
            VectorSchemaRoot batch = reader.getVectorSchemaRoot();
            FieldVector first = batch.getVector(0);
            if (first.getField().getDictionary() == null) {
                TestRows.add(batch, rows);
                return;
            }
            Dictionary dictionary =
                    reader.lookup(first.getField().getDictionary().getId());
            assertThat(reader.getDictionaryVectors()).containsValue(dictionary);
            try (ValueVector decoded = DictionaryEncoder.decode(first, dictionary)) {
                for (int row = 0; row < decoded.getValueCount(); row++) {
                    rows.add(List.of(String.valueOf(decoded.getObject(row))));
                }
            }
        }

        @Override
        public void close() throws Exception {
            server.close();
            allocator.close();
        }
    }
}
