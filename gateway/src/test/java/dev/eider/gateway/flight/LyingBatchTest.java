package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.TestGateway;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a client claims about its buffers, only rows that it really sent get into a table. */
@Timeout(60)
class LyingBatchTest {
    private static final Metadata.Key<String> CODE =
            Metadata.Key.of(FlightErrors.CODE, Metadata.ASCII_STRING_MARSHALLER);

    @TempDir
    private static Path directory;

    private static TestGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(directory);
        for (Shape shape : Shape.values()) {
            assertThat(send(gateway, shape, shape.honest())).as(shape.name()).isNull();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lies")
    void refusesABatchThatLies(Shape shape, String lie, Consumer<RawBatch> alteration) throws Exception {
        List<Path> before = files(directory);
        RawBatch batch = shape.honest();
        alteration.accept(batch);

        Throwable failure = send(gateway, shape, batch);

        assertThat(failure).as("the answer to " + lie).isNotNull();
        assertThat(Status.fromThrowable(failure).getCode())
                .as(failure.getMessage())
                .isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(Status.trailersFromThrowable(failure).get(CODE)).isEqualTo(ErrorCode.INVALID_DATA.name());
        assertThat(files(directory)).isEqualTo(before);
        assertThat(count(shape)).isEqualTo(RawBatch.ROWS);
    }

    /** Apart, because Arrow never frees the body of a message whose header it cannot read. */
    @Test
    void refusesBuffersThatAreNotInTheBody(@TempDir Path other) throws Exception {
        Map<String, Consumer<RawBatch>> lies = Map.of(
                "more rows than an int", batch -> batch.rows = (1L << 31) + 5,
                "negative length", batch -> last(batch)[1] = -8,
                "before the body", batch -> last(batch)[0] = -8,
                "beyond the body", batch -> last(batch)[0] = 1 << 20,
                "longer than the body", batch -> last(batch)[1] = 1L << 40);
        TestGateway leaking = TestGateway.start(other);
        for (Map.Entry<String, Consumer<RawBatch>> lie : lies.entrySet()) {
            for (Shape shape : Shape.values()) {
                RawBatch batch = shape.honest();
                lie.getValue().accept(batch);

                Throwable failure = send(leaking, shape, batch);

                assertThat(Status.trailersFromThrowable(failure).get(CODE))
                        .as(lie.getKey())
                        .isEqualTo(ErrorCode.INVALID_DATA.name());
            }
        }

        assertThat(files(other)).allMatch(file -> Files.isDirectory(file) || file.endsWith(".eider-catalog"));
        assertThatThrownBy(leaking::close).isInstanceOf(AssertionError.class).hasMessageContaining("leaked");
    }

    @Test
    void refusesMoreRowsThanTheMemoryHolds() throws Exception {
        for (Shape shape : Shape.values()) {
            RawBatch batch = shape.honest();
            batch.rows = 1_000_000_000;
            List<Path> before = files(directory);

            Throwable failure = send(gateway, shape, batch);

            assertThat(Status.fromThrowable(failure).getCode())
                    .as(shape.name())
                    .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.INVALID_ARGUMENT);
            assertThat(files(directory)).isEqualTo(before);
            assertThat(count(shape)).isEqualTo(RawBatch.ROWS);
        }
    }

    private static Stream<Arguments> lies() {
        Stream.Builder<Arguments> lies = Stream.builder();
        for (Shape shape : Shape.values()) {
            add(lies, shape, "1000 rows", batch -> batch.rows = 1_000);
            add(lies, shape, "one row more", batch -> batch.rows = RawBatch.ROWS + 1);
            add(lies, shape, "fewer than no rows", batch -> batch.rows = -1);
            add(lies, shape, "a node more", batch -> batch.nodes.add(new long[] {1, 0}));
            add(lies, shape, "a node less", batch -> batch.nodes.remove(batch.nodes.size() - 1));
            add(lies, shape, "a buffer more", batch -> batch.buffers.add(new long[] {0, 8}));
            add(lies, shape, "a buffer less", batch -> batch.buffers.remove(batch.buffers.size() - 1));
            add(lies, shape, "an empty buffer", batch -> last(batch)[1] = 0);
        }
        for (Shape shape : List.of(Shape.IDS, Shape.ROWS, Shape.LISTS)) {
            // Of a struct, Arrow takes both for rows that are NULL, as they may be.
            add(lies, shape, "a negative node", batch -> batch.nodes.get(0)[0] = -1);
            add(lies, shape, "nulls without a bitmap", batch -> batch.nodes.get(0)[1] = 3);
        }
        add(
                lies,
                Shape.ROWS,
                "a text that ends before it starts",
                batch -> batch.body.putInt(offsets(batch, 3) + 20, 1));
        add(lies, Shape.ROWS, "a text at a negative offset", batch -> batch.body.putInt(offsets(batch, 3), -4));
        add(lies, Shape.ROWS, "a text beyond its buffer", batch -> batch.body.putInt(offsets(batch, 3) + 40, 1 << 20));
        add(
                lies,
                Shape.LISTS,
                "a list that ends before it starts",
                batch -> batch.body.putInt(offsets(batch, 1) + 20, 1));
        add(lies, Shape.LISTS, "a list beyond its elements", batch -> batch.body.putInt(offsets(batch, 1) + 40, 1_000));
        add(
                lies,
                Shape.LISTS,
                "a list one beyond its elements",
                batch -> batch.body.putInt(offsets(batch, 1) + 40, 11));
        return lies.build();
    }

    private static void add(Stream.Builder<Arguments> lies, Shape shape, String lie, Consumer<RawBatch> alteration) {
        lies.add(Arguments.of(shape, lie, alteration));
    }

    private static long[] last(RawBatch batch) {
        return batch.buffers.get(batch.buffers.size() - 1);
    }

    private static int offsets(RawBatch batch, int buffer) {
        return (int) batch.buffers.get(buffer)[0];
    }

    /** Columns that a batch can have. */
    private enum Shape {
        IDS,
        ROWS,
        STRUCTS,
        LISTS;

        Schema schema() {
            return switch (this) {
                case IDS -> RawBatch.idSchema();
                case ROWS -> TestRows.SCHEMA;
                case STRUCTS -> RawBatch.structSchema();
                case LISTS -> RawBatch.listSchema();
            };
        }

        RawBatch honest() {
            return switch (this) {
                case IDS -> RawBatch.ids();
                case ROWS -> RawBatch.honest();
                case STRUCTS -> RawBatch.structs();
                case LISTS -> RawBatch.lists();
            };
        }
    }

    /** Returns why the server refused the batch, or null if it took it. */
    private static Throwable send(TestGateway gateway, Shape shape, RawBatch batch) throws Exception {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", gateway.port())
                .usePlaintext()
                .build();
        try {
            CompletableFuture<Throwable> end = new CompletableFuture<>();
            StreamObserver<Flight.FlightData> upload = FlightServiceGrpc.newStub(channel)
                    .doPut(new StreamObserver<>() {
                        @Override
                        public void onNext(Flight.PutResult result) {}

                        @Override
                        public void onError(Throwable failure) {
                            end.complete(failure);
                        }

                        @Override
                        public void onCompleted() {
                            end.complete(null);
                        }
                    });
            upload.onNext(RawBatch.opening(shape.schema(), shape.name().toLowerCase(java.util.Locale.ROOT) + "_t"));
            upload.onNext(batch.message());
            upload.onCompleted();
            return end.get(30, TimeUnit.SECONDS);
        } finally {
            channel.shutdownNow();
        }
    }

    private static long count(Shape shape) throws Exception {
        String sql = "SELECT count(*) FROM " + shape + "_t";
        return Long.parseLong(TestRows.read(gateway.client().getStream(new Ticket(sql.getBytes(UTF_8))))
                .get(0)
                .get(0));
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("warehouse"))) {
            return files.sorted().toList();
        }
    }
}
