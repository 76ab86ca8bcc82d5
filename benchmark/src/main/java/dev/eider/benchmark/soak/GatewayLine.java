package dev.eider.benchmark.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.eider.cli.client.Receipt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A client's connection to a gateway, which follows it into its next life. Repeats nothing by itself: what a failure
 * means is its user's business. Confined to one thread.
 */
final class GatewayLine implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String CODE = "eider-code";
    private static final CallOption DEADLINE = CallOptions.timeout(60, TimeUnit.SECONDS);

    private final GatewaySlot slot;
    private final BufferAllocator allocator;
    private Optional<FlightClient> client = Optional.empty();
    private GatewaySlot.Running connectedTo = new GatewaySlot.Running(0, 0, null);

    GatewayLine(GatewaySlot slot, BufferAllocator allocator) {
        this.slot = slot;
        this.allocator = allocator;
    }

    /** Returns the life of the gateway that the last call went to. */
    GatewaySlot.Running connectedTo() {
        return connectedTo;
    }

    /** Appends the rows of an intent in one call; with its key, if it is to have one. */
    Receipt append(Intent intent, boolean withKey) {
        FlightCallHeaders headers = new FlightCallHeaders();
        if (withKey) {
            headers.insert("eider-idempotency-key", intent.key());
        }
        if (!intent.isOnMain()) {
            headers.insert("eider-branch", intent.branch());
        }
        Receipts receipts = new Receipts();
        try (VectorSchemaRoot root = SoakRows.of(intent, allocator)) {
            FlightClient.ClientStreamListener upload = client().startPut(
                            FlightDescriptor.path(intent.table()),
                            root,
                            receipts,
                            new HeaderCallOption(headers),
                            DEADLINE);
            upload.putNext();
            upload.completed();
            upload.getResult();
        }
        return receipts.only();
    }

    /** Runs a query whose columns are all {@code BIGINT}. */
    List<long[]> numbers(String sql) {
        List<long[]> rows = new ArrayList<>();
        Ticket ticket = new Ticket(sql.getBytes(StandardCharsets.UTF_8));
        try (FlightStream stream = client().getStream(ticket, DEADLINE)) {
            while (stream.next()) {
                List<FieldVector> columns = stream.getRoot().getFieldVectors();
                for (int i = 0; i < stream.getRoot().getRowCount(); i++) {
                    long[] row = new long[columns.size()];
                    for (int column = 0; column < row.length; column++) {
                        BigIntVector vector = (BigIntVector) columns.get(column);
                        row[column] = vector.isNull(i) ? 0 : vector.get(i);
                    }
                    rows.add(row);
                }
            }
            return rows;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs an action, and returns its answers. */
    List<JsonNode> action(String type, String body) {
        List<JsonNode> answers = new ArrayList<>();
        Action action = new Action(type, body.getBytes(StandardCharsets.UTF_8));
        try {
            Iterator<Result> results = client().doAction(action, DEADLINE);
            while (results.hasNext()) {
                answers.add(JSON.readTree(results.next().getBody()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return answers;
    }

    /** Returns the gateway's own error code, if it was the gateway that answered. */
    static Optional<String> code(FlightRuntimeException failure) {
        ErrorFlightMetadata trailers = failure.status().metadata();
        return Optional.ofNullable(trailers)
                .filter(all -> all.containsKey(CODE))
                .map(all -> all.get(CODE));
    }

    private FlightClient client() {
        GatewaySlot.Running now = slot.running();
        if (client.isEmpty() || now.generation() != connectedTo.generation()) {
            disconnect();
            client = Optional.of(FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", now.port()))
                    .build());
            connectedTo = now;
        }
        return client.get();
    }

    private void disconnect() {
        try {
            if (client.isPresent()) {
                client.get().close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        client = Optional.empty();
    }

    @Override
    public void close() {
        disconnect();
    }

    /** Takes the receipt of one append. */
    private static final class Receipts extends AsyncPutListener {
        private final List<Receipt> receipts = new ArrayList<>();

        @Override
        public void onNext(PutResult result) {
            ArrowBuf metadata = result.getApplicationMetadata();
            byte[] bytes = new byte[Math.toIntExact(metadata.readableBytes())];
            metadata.getBytes(metadata.readerIndex(), bytes);
            try {
                synchronized (receipts) {
                    receipts.add(JSON.readValue(bytes, Receipt.class));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Receipt only() {
            synchronized (receipts) {
                if (receipts.size() != 1) {
                    throw new IllegalStateException(receipts.size() + " receipts for one append");
                }
                return receipts.get(0);
            }
        }
    }
}
