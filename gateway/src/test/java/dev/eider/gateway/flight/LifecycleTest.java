package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.eider.gateway.TestGateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LifecycleTest {
    private static final Ticket ENDLESS =
            ticket("SELECT a.range + b.range AS n FROM range(1000000) a, range(1000000) b");

    @TempDir
    private Path directory;

    @Test
    void aRunningUploadFinishesWhileTheGatewayStops() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory);
                VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            TestRows.Receipts receipts = new TestRows.Receipts();
            FlightClient.ClientStreamListener upload = begin(gateway, root, receipts);

            CompletableFuture<Void> stopped = CompletableFuture.runAsync(gateway::stop);
            awaitRefusal(gateway);
            upload.putNext();
            upload.completed();
            upload.getResult();

            stopped.get(30, TimeUnit.SECONDS);
            assertThat(receipts.texts()).hasSize(2).allSatisfy(receipt -> assertThat(receipt)
                    .contains("\"rows\":3"));
        }
    }

    @Test
    void anUploadThatNeverEndsIsCancelledWhenTheGatewayStops() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, Map.of("server.drain-timeout", "200ms"));
                VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            FlightClient.ClientStreamListener upload = begin(gateway, root, new TestRows.Receipts());

            gateway.stop();

            assertThatThrownBy(upload::getResult).isInstanceOf(FlightRuntimeException.class);
        }
    }

    @Test
    void anUploadThatFailsEarlyFreesItsClient() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory);
                VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            FlightCallHeaders headers = new FlightCallHeaders();
            headers.insert("eider-mode", "append");
            FlightClient.ClientStreamListener upload = gateway.client()
                    .startPut(
                            FlightDescriptor.path("missing"),
                            root,
                            new TestRows.Receipts(),
                            new HeaderCallOption(headers));

            assertThat(catchThrowableOfType(FlightRuntimeException.class, upload::getResult)
                            .status()
                            .code())
                    .isEqualTo(FlightStatusCode.NOT_FOUND);
        }
    }

    @Test
    void anUploadWithoutRowsTimesOut() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, Map.of("write.idle-timeout", "300ms"));
                VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            FlightClient.ClientStreamListener upload =
                    gateway.client().startPut(FlightDescriptor.path("t"), root, new TestRows.Receipts());

            assertThat(catchThrowableOfType(FlightRuntimeException.class, upload::getResult)
                            .status()
                            .code())
                    .isEqualTo(FlightStatusCode.TIMED_OUT);
        }
    }

    @Test
    void aBrokenOffUploadIsNotInTheTable() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            try (FlightClient other = gateway.newClient();
                    VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
                FlightClient.ClientStreamListener upload =
                        other.startPut(FlightDescriptor.path("t"), root, new TestRows.Receipts());
                TestRows.fill(root, 0, 3);
                upload.putNext();
                upload.error(new IllegalStateException("given up"));
            }

            assertThatThrownBy(() -> gateway.client().getSchema(FlightDescriptor.path("t")))
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageContaining("t");
        }
    }

    @Test
    void aReaderThatLeavesFreesItsPlace() throws Exception {
        Map<String, String> onePlace = Map.of("read.max-concurrent", "1", "read.max-queued", "4");
        try (TestGateway gateway = TestGateway.start(directory, onePlace)) {
            try (FlightStream endless = gateway.client().getStream(ENDLESS)) {
                assertThat(endless.next()).isTrue();
                endless.cancel("seen enough", null);
            }

            assertThat(TestRows.read(gateway.client().getStream(ticket("SELECT 1 AS one"))))
                    .containsExactly(List.of("1"));
        }
    }

    @Test
    void tooManyReadsAreRefusedOrTimeOut() throws Exception {
        Map<String, String> narrow =
                Map.of("read.max-concurrent", "1", "read.max-queued", "1", "read.queue-timeout", "2s");
        try (TestGateway gateway = TestGateway.start(directory, narrow);
                FlightStream running = gateway.client().getStream(ENDLESS)) {
            assertThat(running.next()).isTrue();

            List<FlightStatusCode> answers = IntStream.range(0, 3)
                    .mapToObj(read -> CompletableFuture.supplyAsync(() -> failure(gateway, "SELECT 1")))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(answers)
                    .containsExactlyInAnyOrder(
                            FlightStatusCode.TIMED_OUT,
                            FlightStatusCode.RESOURCE_EXHAUSTED,
                            FlightStatusCode.RESOURCE_EXHAUSTED);
            running.cancel("done", null);
        }
    }

    @Test
    void aReaderThatTakesNothingTimesOut() throws Exception {
        Map<String, String> impatient = Map.of("read.client-timeout", "300ms", "read.max-concurrent", "1");
        try (TestGateway gateway = TestGateway.start(directory, impatient);
                FlightStream slow = gateway.client().getStream(ENDLESS)) {
            assertThat(slow.next()).isTrue();

            // The next read gets its turn only once the slow reader has lost its own.
            assertThat(TestRows.read(gateway.client().getStream(ticket("SELECT 1 AS one"))))
                    .containsExactly(List.of("1"));

            assertThat(catchThrowableOfType(FlightRuntimeException.class, () -> drain(slow))
                            .status()
                            .code())
                    .isEqualTo(FlightStatusCode.TIMED_OUT);
        }
    }

    @Test
    void aDeadlineEndsAQuery() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, Map.of("read.max-concurrent", "1"))) {
            try (FlightStream endless =
                    gateway.client().getStream(ENDLESS, CallOptions.timeout(500, TimeUnit.MILLISECONDS))) {
                assertThat(catchThrowableOfType(FlightRuntimeException.class, () -> drain(endless))
                                .status()
                                .code())
                        .isEqualTo(FlightStatusCode.TIMED_OUT);
            }

            assertThat(TestRows.read(gateway.client().getStream(ticket("SELECT 1 AS one"))))
                    .hasSize(1);
        }
    }

    /** Begins an upload, and returns once its first rows are committed and more may come. */
    private static FlightClient.ClientStreamListener begin(
            TestGateway gateway, VectorSchemaRoot root, TestRows.Receipts receipts) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("eider-commit-every-seconds", "0.05");
        FlightClient.ClientStreamListener upload =
                gateway.client().startPut(FlightDescriptor.path("t"), root, receipts, new HeaderCallOption(headers));
        TestRows.fill(root, 0, 3);
        upload.putNext();
        await().until(() -> receipts.texts().size() == 1);
        return upload;
    }

    private static void awaitRefusal(TestGateway gateway) {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> failure(gateway, "SELECT 1") == FlightStatusCode.UNAVAILABLE);
    }

    private static FlightStatusCode failure(TestGateway gateway, String sql) {
        try {
            TestRows.read(gateway.client().getStream(ticket(sql)));
            return FlightStatusCode.OK;
        } catch (FlightRuntimeException failure) {
            return failure.status().code();
        } catch (Exception unexpected) {
            throw new IllegalStateException(unexpected);
        }
    }

    private static void drain(FlightStream stream) {
        while (stream.next()) {
            assertThat(stream.getRoot()).isNotNull();
        }
    }

    private static Ticket ticket(String sql) {
        return new Ticket(sql.getBytes(UTF_8));
    }
}
