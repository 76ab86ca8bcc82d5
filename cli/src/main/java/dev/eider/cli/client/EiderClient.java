package dev.eider.cli.client;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * Speaks to one gateway over Arrow Flight: SQL, appends, listings.
 *
 * <p>Thread-safe; each call occupies its thread until it ends. Every method throws {@link GatewayException}. Reads are
 * repeated when the gateway was not available for a moment, appends with an idempotency key until their outcome is
 * known; whatever else may change something never is, unless it certainly reached no gateway.
 */
public final class EiderClient implements AutoCloseable {
    private static final Duration ACTION_TIMEOUT = Duration.ofSeconds(60);
    private static final long BACK_PRESSURE_PAUSE_NANOS = 50_000;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final GatewayAddress address;
    private final BufferAllocator allocator;
    private final FlightClient flight;

    private EiderClient(GatewayAddress address, BufferAllocator allocator, FlightClient flight) {
        this.address = address;
        this.allocator = allocator;
        this.flight = flight;
    }

    /** Makes a client with a child of {@code parent}; connects only when the first call is made. */
    public static EiderClient connect(GatewayAddress address, BufferAllocator parent) {
        BufferAllocator allocator = parent.newChildAllocator("client", 0, Long.MAX_VALUE);
        return new EiderClient(
                address,
                allocator,
                FlightClient.builder(allocator, address.location()).build());
    }

    /** Returns where this client calls. */
    public GatewayAddress address() {
        return address;
    }

    /** Runs SQL that changes nothing, and hands out its rows; returns how many there were. */
    public long query(String sql, Consumer<Schema> start, BatchReceiver rows) {
        // Only the opening is repeated: later rows may already have been shown.
        return drain(Retries.DEFAULT.read(() -> open(sql, Map.of())), start, rows);
    }

    /**
     * Runs any SQL once, and hands out its rows; returns how many there were.
     *
     * @param options headers of the call, such as {@code eider-min-snapshot}
     */
    public long execute(String sql, Map<String, String> options, Consumer<Schema> start, BatchReceiver rows) {
        return drain(Retries.DEFAULT.change(() -> open(sql, options)), start, rows);
    }

    /**
     * Prepares to follow what is committed to a branch of a table.
     *
     * @param from the snapshot whose successors are wanted, 0 for all there are; the current one if it is missing
     */
    public FollowedTable follow(TableName table, OptionalLong from, String branch) {
        return new FollowedTable(
                resumed -> {
                    ObjectNode ticket = JSON.createObjectNode()
                            .put("follow", table.toString())
                            .put("branch", branch);
                    resumed.ifPresent(snapshot -> ticket.put("from", snapshot));
                    return open(ticket.toString(), Map.of());
                },
                failure -> GatewayException.of(failure, address),
                allocator,
                from);
    }

    private ResultStream open(String sql, Map<String, String> options) {
        Ticket ticket = new Ticket(sql.getBytes(StandardCharsets.UTF_8));
        return translating(() -> ResultStream.open(flight, ticket, headers(options)));
    }

    private long drain(ResultStream result, Consumer<Schema> start, BatchReceiver rows) {
        return translating(() -> {
            try (result) {
                return drain(result.rows(), start, rows);
            }
        });
    }

    private static long drain(FlightStream stream, Consumer<Schema> start, BatchReceiver rows) {
        start.accept(stream.getSchema());
        long total = 0;
        while (stream.next()) {
            try (DecodedBatch batch = DecodedBatch.of(stream.getRoot(), stream.getDictionaryProvider())) {
                rows.batch(batch.columns(), batch.rows());
                total += batch.rows();
            }
        }
        return total;
    }

    /**
     * Appends rows that can be read again: with an idempotency key the append is repeated, under that key, for about a
     * minute when it fails for a passing reason or nobody knows what became of it; without one it is not.
     */
    public List<Receipt> append(TableName table, WriteSettings settings, RowSource source, PutProgress progress) {
        Supplier<List<Receipt>> attempt = () -> {
            try (ArrowReader rows = source.open()) {
                return append(table, settings, rows, progress);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        return settings.idempotencyKey().isPresent() ? KeyedRetries.DEFAULT.run(attempt) : attempt.get();
    }

    /**
     * Appends every batch of {@code rows} to a table, at the pace that the gateway takes them, and returns the receipts.
     *
     * <p>The reader stays the caller's. When this throws, rows that no receipt covers are not in the table, unless the
     * message says that the outcome is unknown. Given up by {@code progress}, it throws {@link CancellationException}.
     */
    public List<Receipt> append(TableName table, WriteSettings settings, ArrowReader rows, PutProgress progress) {
        ReceiptListener receipts = new ReceiptListener(JSON, progress::committed);
        return translating(() -> {
            FlightClient.ClientStreamListener put = flight.startPut(
                    FlightDescriptor.path(table.path()), root(rows), rows, receipts, headers(settings.headers()));
            // Every batch has buffers of its own, so they may be sent as they are.
            put.setUseZeroCopy(true);
            boolean complete = false;
            try {
                send(put, receipts, rows, progress);
                complete = true;
            } finally {
                if (!complete) {
                    put.error(new IllegalStateException("the rows could not be read"));
                }
            }
            put.completed();
            put.getResult();
            return receipts.receipts();
        });
    }

    private static VectorSchemaRoot root(ArrowReader rows) {
        try {
            return rows.getVectorSchemaRoot();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(
            FlightClient.ClientStreamListener put, ReceiptListener receipts, ArrowReader rows, PutProgress progress) {
        try {
            long sent = 0;
            while (!receipts.isCancelled() && rows.loadNextBatch()) {
                // Flight's own wait spins; sleeping leaves the processor to whoever shares it.
                while (!put.isReady() && !receipts.isCancelled() && !progress.isCancelled()) {
                    LockSupport.parkNanos(BACK_PRESSURE_PAUSE_NANOS);
                }
                if (progress.isCancelled()) {
                    throw new CancellationException("the append was given up");
                }
                if (!receipts.isCancelled()) {
                    put.putNext();
                    sent += root(rows).getRowCount();
                    progress.sent(sent);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lists all tables. */
    public List<TableSummary> tables() {
        return action("list_tables", Map.of(), TableSummary.class);
    }

    /** Lists the kept snapshots of a table, oldest first. */
    public List<SnapshotSummary> snapshots(TableName table) {
        return action("snapshots", Map.of("table", table.toString()), SnapshotSummary.class);
    }

    /** Lists the files of a table that nothing refers to, and deletes them if {@code remove}. */
    public List<OrphanReport> orphans(TableName table, Duration olderThan, boolean remove) {
        return action(
                "orphans",
                Map.of("table", table.toString(), "older_than_seconds", olderThan.toSeconds(), "remove", remove),
                OrphanReport.class);
    }

    private <T> List<T> action(String type, Map<String, ?> body, Class<T> element) {
        return Retries.DEFAULT.read(() -> translating(() -> {
            Action action = new Action(type, JSON.writeValueAsBytes(body));
            List<T> answer = new ArrayList<>();
            Iterator<Result> results = flight.doAction(action, headers(Map.of()), timeout());
            while (results.hasNext()) {
                addAll(answer, results.next().getBody(), element);
            }
            return answer;
        }));
    }

    /** A result holds one object, or an array of them. */
    private static <T> void addAll(List<T> answer, byte[] result, Class<T> element) {
        try (MappingIterator<T> elements = JSON.readerFor(element).readValues(result)) {
            while (elements.hasNextValue()) {
                answer.add(elements.nextValue());
            }
        } catch (IOException e) {
            throw new GatewayException(
                    FlightStatusCode.INTERNAL, false, "the gateway sent an answer that cannot be read", e);
        }
    }

    /** Asks for something small and returns how long the answer took. */
    public Duration ping() {
        return Retries.DEFAULT.read(() -> translating(() -> {
            long started = System.nanoTime();
            flight.listActions(headers(Map.of()), timeout()).forEach(action -> {});
            return Duration.ofNanos(System.nanoTime() - started);
        }));
    }

    /** Returns what the gateway says of itself: name and version, as far as it tells. */
    public String version() {
        return Retries.DEFAULT.read(() -> translating(() -> ServerVersion.of(flight, headers(Map.of()), timeout())));
    }

    private CallOption headers(Map<String, String> more) {
        Map<String, String> headers = new HashMap<>(more);
        address.authorization().ifPresent(value -> headers.put("authorization", value));
        return WriteSettings.asOption(headers);
    }

    private static CallOption timeout() {
        return CallOptions.timeout(ACTION_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A call that may also throw what its answer's parser throws. */
    private interface Call<T> {
        T run() throws Exception;
    }

    private <T> T translating(Call<T> call) {
        try {
            return call.run();
        } catch (Exception e) {
            throw translated(e);
        }
    }

    private RuntimeException translated(Exception e) {
        if (e instanceof FlightRuntimeException flightFailure) {
            return GatewayException.of(flightFailure, address);
        }
        return e instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(e);
    }

    /** Ends the connection and returns its memory. */
    @Override
    public void close() {
        try {
            flight.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            allocator.close();
        }
    }
}
