package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.gateway.TestGateway;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightGrpcUtils;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.impl.Flight;
import org.apache.arrow.flight.impl.FlightServiceGrpc;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that break the protocol, or off, must neither hold threads nor leak memory: closing the gateway checks that. */
@Timeout(120)
class RudeClientTest {
    @TempDir
    private Path directory;

    @Test
    void anUploadWithoutASchemaIsRefused() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            Status status = rawPut(gateway, upload -> {
                upload.onNext(Flight.FlightData.newBuilder()
                        .setFlightDescriptor(Flight.FlightDescriptor.newBuilder()
                                .setType(Flight.FlightDescriptor.DescriptorType.PATH)
                                .addPath("t"))
                        .build());
                upload.onCompleted();
            });

            assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(status.getDescription()).contains("schema");
        }
    }

    @Test
    void anUploadThatSaysNothingTimesOut() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, Map.of("write.idle-timeout", "300ms"))) {
            Status status = rawPut(gateway, upload -> {});

            assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        }
    }

    @Test
    void anUploadThatSaysNothingAndLeavesFreesItsThread() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            Status status = rawPut(gateway, upload -> upload.onError(Status.CANCELLED.asRuntimeException()));

            assertThat(status.getCode()).isEqualTo(Status.Code.CANCELLED);
        }
    }

    @Test
    void clientsThatLeaveAtAnyMomentLeaveNothingBehind() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, Map.of("read.max-concurrent", "2"))) {
            ExecutorService clients = Executors.newFixedThreadPool(4);
            List<Future<Integer>> rounds = new ArrayList<>();
            for (int seed = 0; seed < 120; seed++) {
                rounds.add(clients.submit(rudeness(gateway, new Random(seed))));
            }
            for (Future<Integer> round : rounds) {
                assertThat(round.get(60, TimeUnit.SECONDS)).isNotNegative();
            }
            clients.shutdown();

            assertThat(TestRows.read(gateway.client().getStream(new Ticket("SELECT 1 AS one".getBytes(UTF_8)))))
                    .containsExactly(List.of("1"));
        }
    }

    private static Callable<Integer> rudeness(TestGateway gateway, Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> () -> leaveWhileReading(gateway, random.nextInt(4));
            case 1 -> () -> leaveWhileWriting(gateway, random.nextInt(20), random.nextBoolean());
            default -> () -> keepWritingToAFailedAppend(gateway, random.nextInt(20));
        };
    }

    private static int leaveWhileReading(TestGateway gateway, int batches) throws Exception {
        String sql = "SELECT range AS n, repeat('x', 50) AS filler FROM range(10000000)";
        try (FlightStream stream = gateway.client().getStream(new Ticket(sql.getBytes(UTF_8)))) {
            int seen = 0;
            while (seen < batches && stream.next()) {
                seen++;
            }
            stream.cancel("seen enough", null);
            return seen;
        }
    }

    private static int leaveWhileWriting(TestGateway gateway, int batches, boolean abruptly) throws Exception {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", gateway.port())
                .usePlaintext()
                .build();
        try (FlightClient client = FlightGrpcUtils.createFlightClient(gateway.allocator(), channel);
                VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            FlightClient.ClientStreamListener upload =
                    client.startPut(FlightDescriptor.path("left"), root, new TestRows.Receipts());
            for (int batch = 0; batch < batches; batch++) {
                TestRows.fill(root, batch, 1_000);
                upload.putNext();
            }
            if (!abruptly) {
                upload.error(new IllegalStateException("given up"));
            }
            channel.shutdownNow();
            return batches;
        }
    }

    private static int keepWritingToAFailedAppend(TestGateway gateway, int batches) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("eider-mode", "append");
        try (VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            FlightClient.ClientStreamListener upload = gateway.client()
                    .startPut(
                            FlightDescriptor.path("missing"),
                            root,
                            new TestRows.Receipts(),
                            new HeaderCallOption(headers));
            int sent = 0;
            while (sent < batches) {
                TestRows.fill(root, sent, 1_000);
                upload.putNext();
                sent++;
            }
            upload.getResult();
            return -1;
        } catch (FlightRuntimeException expected) {
            return batches;
        }
    }

    private static Status rawPut(
            TestGateway gateway, java.util.function.Consumer<StreamObserver<Flight.FlightData>> sender)
            throws Exception {
        ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", gateway.port())
                .usePlaintext()
                .build();
        try {
            CompletableFuture<Status> end = new CompletableFuture<>();
            sender.accept(FlightServiceGrpc.newStub(channel).doPut(new StreamObserver<>() {
                @Override
                public void onNext(Flight.PutResult result) {}

                @Override
                public void onError(Throwable failure) {
                    end.complete(Status.fromThrowable(failure));
                }

                @Override
                public void onCompleted() {
                    end.complete(Status.OK);
                }
            }));
            return end.get(30, TimeUnit.SECONDS);
        } finally {
            channel.shutdownNow();
        }
    }
}
