package dev.eider.gateway.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.gateway.TestGateway;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A thousand writers at once: all answered, every row once, memory bounded by the settings. */
@Tag("storage")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ManyClientsTest {
    private static final int CLIENTS = 1_000;
    private static final int CONNECTIONS = 8;

    @TempDir
    Path directory;

    @Test
    void aThousandOpenUploadsShareSnapshotsAndFiles() throws Exception {
        Map<String, String> settings = Map.of("limits.arrow-memory", "64MB", "write.queue-timeout", "60s");
        try (TestGateway gateway = TestGateway.start(directory, settings)) {
            List<FlightClient> connections = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.add(gateway.newClient());
            }
            try {
                putAll(gateway, connections);
            } finally {
                for (FlightClient connection : connections) {
                    connection.close();
                }
            }

            assertThat(query(gateway, "SELECT count(*), count(DISTINCT id), min(id), max(id) FROM many"))
                    .containsExactly(List.of("1000", "1000", "0", "999"));
        }
    }

    /** Opens every upload before the first of them ends. */
    private static void putAll(TestGateway gateway, List<FlightClient> connections) throws Exception {
        List<Upload> uploads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            uploads.add(Upload.open(gateway, connections.get(i % CONNECTIONS), i));
        }
        for (Upload upload : uploads) {
            upload.stream().completed();
        }
        for (Upload upload : uploads) {
            upload.stream().getResult();
            assertThat(upload.receipts().texts()).hasSize(1);
        }
    }

    private record Upload(FlightClient.ClientStreamListener stream, TestRows.Receipts receipts) {
        static Upload open(TestGateway gateway, FlightClient client, int id) {
            try (VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
                TestRows.Receipts receipts = new TestRows.Receipts();
                FlightClient.ClientStreamListener stream =
                        client.startPut(FlightDescriptor.path("many"), root, receipts);
                TestRows.fill(root, id, 1);
                stream.putNext();
                return new Upload(stream, receipts);
            }
        }
    }

    private static List<List<String>> query(TestGateway gateway, String sql) throws Exception {
        return TestRows.read(gateway.client().getStream(new Ticket(sql.getBytes(StandardCharsets.UTF_8))));
    }
}
