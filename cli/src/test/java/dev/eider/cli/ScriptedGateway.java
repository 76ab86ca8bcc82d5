package dev.eider.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CallHeaders;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.FlightServerMiddleware;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.NoOpFlightProducer;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.ServerHeaderMiddleware;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** A Flight server that speaks the gateway's protocol with fixed answers, so that the client's side can be tested alone. */
public final class ScriptedGateway implements AutoCloseable {
    public static final String TABLES =
            """
            [{"namespace":"main","table":"flights","rows":508239,"bytes":1962077,"snapshots":3,"snapshot_id":42,
              "columns":[{"name":"date","type":"TIMESTAMP","nullable":true}]}]""";
    private static final String SNAPSHOTS =
            """
            [{"snapshot_id":41,"parent_id":null,"sequence_number":1,"committed_at":"2026-01-01T00:00:00Z",
              "operation":"append","current":false,"summary":{"added-records":"10","total-records":"10"}},
             {"snapshot_id":42,"parent_id":41,"sequence_number":2,"committed_at":"2026-01-01T00:00:01Z",
              "operation":"append","current":true,"summary":{"added-records":"5","total-records":"15"}}]""";

    private final BufferAllocator allocator = new RootAllocator();
    private final FlightServer server;
    public final AtomicInteger failuresToCome = new AtomicInteger();
    public final AtomicInteger calls = new AtomicInteger();
    public final List<Long> appended = new CopyOnWriteArrayList<>();
    public final List<String> authorizations = new CopyOnWriteArrayList<>();
    public final List<String> modes = new CopyOnWriteArrayList<>();
    private final Set<String> keys = ConcurrentHashMap.newKeySet();
    public final List<Map<String, String>> options = new CopyOnWriteArrayList<>();
    public final List<String> paths = new CopyOnWriteArrayList<>();
    /** An append is read once this is open. */
    public volatile CountDownLatch appends = new CountDownLatch(0);

    public ScriptedGateway() throws IOException {
        var headers = FlightServerMiddleware.Key.<ServerHeaderMiddleware>of("headers");
        server = FlightServer.builder(allocator, Location.forGrpcInsecure("127.0.0.1", 0), new Producer(headers))
                .middleware(headers, new ServerHeaderMiddleware.Factory())
                .build()
                .start();
    }

    public String url() {
        return "grpc://127.0.0.1:" + server.getPort();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        allocator.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private final class Producer extends NoOpFlightProducer {
        private final FlightServerMiddleware.Key<ServerHeaderMiddleware> key;

        Producer(FlightServerMiddleware.Key<ServerHeaderMiddleware> key) {
            this.key = key;
        }

        private void begin(CallContext context) {
            calls.incrementAndGet();
            CallHeaders headers = context.getMiddleware(key).headers();
            authorizations.add(String.valueOf(headers.get("authorization")));
            modes.add(String.valueOf(headers.get("eider-mode")));
            Map<String, String> given = new TreeMap<>();
            for (String name : headers.keys()) {
                if (name.startsWith("eider-")) {
                    given.put(name, headers.get(name));
                }
            }
            options.add(given);
            if (failuresToCome.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw CallStatus.UNAVAILABLE.withDescription("restarting").toRuntimeException();
            }
        }

        @Override
        public void listActions(CallContext context, StreamListener<ActionType> listener) {
            begin(context);
            listener.onNext(new ActionType("list_tables", "Lists tables"));
            listener.onCompleted();
        }

        @Override
        public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
            begin(context);
            String answer = action.getType().equals("list_tables") ? TABLES : SNAPSHOTS;
            listener.onNext(new Result(answer.getBytes(StandardCharsets.UTF_8)));
            listener.onCompleted();
        }

        @Override
        public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
            String sql = new String(ticket.getBytes(), StandardCharsets.UTF_8);
            try {
                begin(context);
                if (sql.startsWith("bad")) {
                    throw CallStatus.INVALID_ARGUMENT
                            .withDescription("Table main.nothing does not exist")
                            .toRuntimeException();
                }
            } catch (RuntimeException e) {
                listener.error(e);
                return;
            }
            answer(listener);
        }

        private void answer(ServerStreamListener listener) {
            Schema schema = new Schema(List.of(
                    Field.nullable("id", new ArrowType.Int(64, true)), Field.nullable("name", new ArrowType.Utf8())));
            try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
                listener.start(root);
                for (int batch = 0; batch < 2; batch++) {
                    root.allocateNew();
                    ((BigIntVector) root.getVector(0)).setSafe(0, batch);
                    ((VarCharVector) root.getVector(1)).setSafe(0, "a,b".getBytes(StandardCharsets.UTF_8));
                    ((BigIntVector) root.getVector(0)).setSafe(1, batch + 100L);
                    root.setRowCount(2);
                    listener.putNext();
                }
                listener.completed();
            }
        }

        /** Frees what it has received, also when the client gives up. */
        private static long count(FlightStream rows) {
            try (rows) {
                long total = 0;
                while (rows.next()) {
                    total += rows.getRoot().getRowCount();
                }
                return total;
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public Runnable acceptPut(CallContext context, FlightStream rows, StreamListener<PutResult> acknowledgements) {
            return () -> {
                begin(context);
                await(appends);
                String path = String.join("/", rows.getDescriptor().getPath());
                long total = count(rows);
                appended.add(total);
                paths.add(path);
                boolean repeated = !keys.add(options.get(options.size() - 1).getOrDefault("eider-idempotency-key", ""));
                String receipt =
                        """
                        {"table":"main.t","snapshot_id":%d,"sequence_number":%d,"rows":%d,"file_count":1,"files":[{"location":"file:/t/1.parquet","first_row":0,"rows":%d}],"bytes":1234,
                         "duplicate":%b,"queue_ms":0,"commit_ms":7}"""
                                .formatted(100 + appended.size(), appended.size(), total, total, repeated);
                byte[] bytes = receipt.getBytes(StandardCharsets.UTF_8);
                try (ArrowBuf metadata = allocator.buffer(bytes.length)) {
                    metadata.writeBytes(bytes);
                    acknowledgements.onNext(PutResult.metadata(metadata));
                }
                acknowledgements.onCompleted();
            };
        }
    }
}
