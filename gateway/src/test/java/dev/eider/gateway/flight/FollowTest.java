package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eider.gateway.TestGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream that stays open for what is committed. */
@Timeout(60)
class FollowTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path directory;

    @Test
    void givesEveryRowOfTwoWritersOnceInTheOrderOfCommits() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            put(gateway, 0, 1);

            try (Followed followed = follow(gateway, "{\"follow\": \"main.t\", \"from\": 0}")) {
                CompletableFuture<Void> one = CompletableFuture.runAsync(() -> putEach(gateway, 1, 20));
                CompletableFuture<Void> two = CompletableFuture.runAsync(() -> putEach(gateway, 21, 20));
                followed.readRows(41);
                one.join();
                two.join();

                assertThat(followed.ids).hasSize(41).doesNotHaveDuplicates();
                assertThat(followed.numbers).isSorted();
            }
        }
    }

    @Test
    void resumesWhereAClientWasKilled() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            put(gateway, 0, 3);
            long resume;
            try (Followed followed = follow(gateway, "{\"follow\": \"t\", \"from\": \"0\"}")) {
                followed.readRows(3);
                resume = followed.snapshot;
                followed.stream.cancel("killed", null);
            }
            put(gateway, 3, 2);
            put(gateway, 5, 2);

            try (Followed followed = follow(gateway, "{\"follow\": \"t\", \"from\": %d}".formatted(resume))) {
                followed.readRows(4);
                assertThat(followed.ids).containsExactly(3L, 4L, 5L, 6L);
            }
        }
    }

    @Test
    void beginsWithWhatIsCommittedNextAndSeesOtherProcesses() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory);
                TestGateway other = TestGateway.start(directory)) {
            put(gateway, 0, 3);

            try (Followed followed = follow(gateway, "{\"follow\": \"main.t\"}")) {
                followed.readMark("commit");
                put(other, 3, 2);
                followed.readRows(2);
                assertThat(followed.ids).containsExactly(3L, 4L);
            }
        }
    }

    @Test
    void saysThatItLives() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            put(gateway, 0, 1);

            try (Followed followed = follow(gateway, "{\"follow\": \"main.t\", \"heartbeat_seconds\": 1}")) {
                followed.readMark("commit");
                long snapshot = followed.snapshot;
                followed.readMark("heartbeat");
                assertThat(followed.snapshot).isEqualTo(snapshot);
            }
        }
    }

    @Test
    void leavesRoomForQueriesHoweverManyFollow() throws Exception {
        try (TestGateway gateway =
                TestGateway.start(directory, Map.of("read.max-concurrent", "1", "read.max-queued", "4"))) {
            put(gateway, 0, 3);
            List<Followed> all = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Followed followed = follow(gateway, "{\"follow\": \"main.t\"}");
                followed.readMark("commit");
                all.add(followed);
            }

            try (FlightStream answer = gateway.client().getStream(new Ticket("SELECT 42 AS x".getBytes(UTF_8)))) {
                assertThat(answer.next()).isTrue();
            }
            put(gateway, 3, 1);
            for (Followed followed : all) {
                followed.readRows(1);
                assertThat(followed.ids).containsExactly(3L);
                followed.close();
            }
        }
    }

    @Test
    void waitsForASlowClientWithBoundedMemory() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            put(gateway, 0, 1);
            try (Followed slow = follow(gateway, "{\"follow\": \"main.t\", \"from\": 0}")) {
                for (int i = 0; i < 10; i++) {
                    put(gateway, 1 + i * 30_000, 30_000);
                }

                slow.readRows(300_001);
                assertThat(slow.ids).hasSize(300_001).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void endsWhenTheTableIsDroppedOrTheServerStops() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory);
                Followed dropped = follow(withTable(gateway), "{\"follow\": \"main.t\"}")) {
            dropped.readMark("commit");
            try (FlightStream drop = gateway.client().getStream(new Ticket("DROP TABLE t".getBytes(UTF_8)))) {
                assertThat(drop.next()).isTrue();
            }
            assertEnds(dropped, FlightStatusCode.NOT_FOUND);

            put(gateway, 0, 1);
            try (Followed stopped = follow(gateway, "{\"follow\": \"main.t\"}")) {
                stopped.readMark("commit");
                gateway.stop();
                assertEnds(stopped, FlightStatusCode.UNAVAILABLE);
            }
        }
    }

    private static TestGateway withTable(TestGateway gateway) {
        put(gateway, 0, 1);
        return gateway;
    }

    private static void assertEnds(Followed followed, FlightStatusCode code) {
        FlightRuntimeException end =
                catchThrowableOfType(FlightRuntimeException.class, () -> followed.readMark("never"));
        assertThat(end.status().code()).isEqualTo(code);
    }

    @Test
    void refusesWhatCannotBeFollowed() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            put(gateway, 0, 1);

            Map<String, FlightStatusCode> wrong = Map.of(
                    "{\"follow\": \"main.missing\"}", FlightStatusCode.NOT_FOUND,
                    "{\"follow\": \"main.t\", \"from\": 42}", FlightStatusCode.NOT_FOUND,
                    "{\"follow\": \"main.t\", \"branch\": \"none\"}", FlightStatusCode.NOT_FOUND,
                    "{\"follow\": \"main.t\", \"from\": -1}", FlightStatusCode.INVALID_ARGUMENT,
                    "{\"follow\": \"main.t\", \"from\": 1.5}", FlightStatusCode.INVALID_ARGUMENT,
                    "{\"follow\": \"main.t\", \"since\": 1}", FlightStatusCode.INVALID_ARGUMENT,
                    "{\"follow\": \"main.t\", \"heartbeat_seconds\": 0}", FlightStatusCode.INVALID_ARGUMENT,
                    "{\"follow\": 1}", FlightStatusCode.INVALID_ARGUMENT,
                    "{\"sql\": \"SELECT 1\"}", FlightStatusCode.INVALID_ARGUMENT);
            for (Map.Entry<String, FlightStatusCode> ticket : wrong.entrySet()) {
                FlightRuntimeException refused = catchThrowableOfType(FlightRuntimeException.class, () -> {
                    try (Followed followed = follow(gateway, ticket.getKey())) {
                        followed.readMark("never");
                    }
                });
                assertThat(refused).as(ticket.getKey()).isNotNull();
                assertThat(refused.status().code()).as(ticket.getKey()).isEqualTo(ticket.getValue());
            }
        }
    }

    @Test
    void givesChangesAsAnActionToo() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            put(gateway, 0, 3);

            long bytes = 0;
            var results = gateway.client()
                    .doAction(new Action("get_changes", "{\"table\": \"main.t\", \"from\": 0}".getBytes(UTF_8)));
            while (results.hasNext()) {
                bytes += results.next().getBody().length;
            }
            assertThat(bytes).isPositive();
        }
    }

    private static void putEach(TestGateway gateway, int first, int times) {
        for (int i = 0; i < times; i++) {
            put(gateway, first + i, 1);
        }
    }

    private static void put(TestGateway gateway, int first, int rows) {
        try (VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            FlightClient.ClientStreamListener put =
                    gateway.client().startPut(FlightDescriptor.path("t"), root, new AsyncPutListener());
            TestRows.fill(root, first, rows);
            put.putNext();
            put.completed();
            put.getResult();
        }
    }

    private static Followed follow(TestGateway gateway, String ticket) {
        return new Followed(gateway.client().getStream(new Ticket(ticket.getBytes(UTF_8))));
    }

    /** What a client of the protocol keeps in mind. */
    private static final class Followed implements AutoCloseable {
        private final FlightStream stream;
        private final List<Long> ids = new ArrayList<>();
        private final List<Long> numbers = new ArrayList<>();
        private long snapshot;

        Followed(FlightStream stream) {
            this.stream = stream;
        }

        /** Reads on until there are so many rows, and the mark behind them. */
        void readRows(int rows) throws IOException {
            while (ids.size() < rows) {
                readMark("commit");
            }
        }

        void readMark(String type) throws IOException {
            while (stream.next()) {
                VectorSchemaRoot root = stream.getRoot();
                for (int i = 0; i < root.getRowCount(); i++) {
                    ids.add((Long) root.getVector("id").getObject(i));
                    numbers.add((Long) root.getVector("_commit_sequence_number").getObject(i));
                }
                ArrowBuf metadata = stream.getLatestMetadata();
                if (metadata != null) {
                    byte[] bytes = new byte[(int) metadata.readableBytes()];
                    metadata.getBytes(metadata.readerIndex(), bytes);
                    JsonNode mark = JSON.readTree(bytes);
                    snapshot = mark.required("snapshot_id").longValue();
                    if (mark.required("type").asText().equals(type)) {
                        return;
                    }
                }
            }
        }

        @Override
        public void close() throws Exception {
            stream.cancel("closed", null);
            stream.close();
        }
    }
}
