package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.TableCatalog;
import dev.eider.gateway.TestGateway;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Locations;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.TestStorage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("storage")
class IdempotencyTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "eider-idempotency-key";
    private static final String DIGEST = "eider-content-digest";

    @TempDir
    private Path directory;

    private TestGateway gateway;

    @BeforeEach
    void start() {
        gateway = TestGateway.start(directory);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    @Test
    void answersARepetitionWithTheFirstReceiptAndStoresOnce() throws Exception {
        JsonNode first = put(3, KEY, "orders-17", DIGEST, "sha256:a");
        put(2);
        JsonNode second = put(3, KEY, "orders-17", DIGEST, "sha256:a");

        assertThat(first.get("duplicate").asBoolean()).isFalse();
        assertThat(second.get("duplicate").asBoolean()).isTrue();
        for (String same :
                List.of("table", "branch", "snapshot_id", "sequence_number", "rows", "file_count", "files")) {
            assertThat(second.get(same)).as(same).isEqualTo(first.get(same));
        }
        assertThat(rows()).isEqualTo(5);
    }

    @Test
    void tellsUntilWhenAKeyIsRemembered() throws Exception {
        Instant before = Instant.now();

        JsonNode receipt = put(3, KEY, "k");

        assertThat(receipt.has("key_expires")).isTrue();
        assertThat(Instant.parse(receipt.get("key_expires").asText())).isAfter(before);
        assertThat(put(3).has("key_expires")).isFalse();
    }

    @Test
    void refusesAKeyForAnotherNumberOfRows() throws Exception {
        put(31, KEY, "orders-17");

        FlightRuntimeException failure = failure(42, KEY, "orders-17");

        assertThat(failure).hasMessageContainingAll("orders-17", "31", "42");
        assertThat(rows()).isEqualTo(31);
    }

    @Test
    void refusesAKeyForAnotherDigest() throws Exception {
        put(3, KEY, "orders-17", DIGEST, "sha256:aaa");

        FlightRuntimeException failure = failure(3, KEY, "orders-17", DIGEST, "sha256:bbb");

        assertThat(failure).hasMessageContainingAll("orders-17", "sha256:aaa", "sha256:bbb");
        assertThat(rows()).isEqualTo(3);
    }

    @Test
    void storesOnceWhenEightClientsUseOneKeyTogether() throws Exception {
        int clients = 8;
        CyclicBarrier together = new CyclicBarrier(clients);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        List<JsonNode> receipts = new ArrayList<>();
        try {
            List<Future<JsonNode>> appends = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                appends.add(threads.submit(() -> {
                    try (FlightClient own = gateway.newClient()) {
                        together.await();
                        return put(own, 100, KEY, "once");
                    }
                }));
            }
            for (Future<JsonNode> append : appends) {
                receipts.add(append.get());
            }
        } finally {
            threads.shutdownNow();
        }

        Set<Long> snapshots = new HashSet<>();
        receipts.forEach(receipt -> snapshots.add(receipt.get("snapshot_id").asLong()));
        assertThat(snapshots).hasSize(1);
        assertThat(receipts)
                .filteredOn(receipt -> !receipt.get("duplicate").asBoolean())
                .hasSize(1);
        assertThat(rows()).isEqualTo(100);
    }

    @Test
    void remembersAKeyAfterARestart() throws Exception {
        JsonNode first = put(3, KEY, "orders-17");
        gateway.close();
        gateway = TestGateway.start(directory);

        JsonNode second = put(3, KEY, "orders-17");

        assertThat(second.get("duplicate").asBoolean()).isTrue();
        assertThat(second.get("snapshot_id")).isEqualTo(first.get("snapshot_id"));
        assertThat(rows()).isEqualTo(3);
    }

    @Test
    void storesEveryAppendWithoutAKey() throws Exception {
        JsonNode first = put(3);
        JsonNode second = put(3);

        assertThat(second.get("duplicate").asBoolean()).isFalse();
        assertThat(second.get("snapshot_id")).isNotEqualTo(first.get("snapshot_id"));
        assertThat(rows()).isEqualTo(6);
    }

    @Test
    void refusesToRepeatAnAppendThatWasRolledBack() throws Exception {
        long kept = put(3).get("snapshot_id").asLong();
        put(3, KEY, "orders-17");
        rollBackTo(kept);

        FlightRuntimeException failure = failure(3, KEY, "orders-17");

        assertThat(failure).hasMessageContaining("orders-17").hasMessageContaining("rolled back");
        assertThat(rows()).isEqualTo(3);
    }

    @Test
    void refusesToReadATableWithoutTheRequiredSnapshot() throws Exception {
        long kept = put(3).get("snapshot_id").asLong();
        long required = put(3).get("snapshot_id").asLong();
        assertThat(rows("eider-min-snapshot", Long.toString(required))).isEqualTo(6);
        rollBackTo(kept);

        FlightRuntimeException failure = catchThrowableOfType(
                FlightRuntimeException.class, () -> rows("eider-min-snapshot", Long.toString(required)));

        assertThat(failure.status().code()).isEqualTo(FlightStatusCode.NOT_FOUND);
        assertThat(failure).hasMessageContainingAll(Long.toString(kept), Long.toString(required));
        assertThat(rows("eider-min-snapshot", "main.t=" + kept)).isEqualTo(3);
    }

    private JsonNode put(int rows, String... headers) throws Exception {
        return put(gateway.client(), rows, headers);
    }

    private JsonNode put(FlightClient client, int rows, String... headers) throws Exception {
        FlightCallHeaders given = WriteHeadersTest.headers(headers);
        try (VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            TestRows.Receipts receipts = new TestRows.Receipts();
            FlightClient.ClientStreamListener upload =
                    client.startPut(FlightDescriptor.path("t"), root, receipts, new HeaderCallOption(given));
            TestRows.fill(root, 0, rows);
            upload.putNext();
            upload.completed();
            upload.getResult();
            assertThat(receipts.texts()).hasSize(1);
            return JSON.readTree(receipts.texts().get(0));
        }
    }

    private FlightRuntimeException failure(int rows, String... headers) {
        FlightRuntimeException failure = catchThrowableOfType(FlightRuntimeException.class, () -> put(rows, headers));
        assertThat(failure).isNotNull();
        return failure;
    }

    private long rows(String... headers) throws Exception {
        Ticket ticket = new Ticket("SELECT count(*) FROM t".getBytes(UTF_8));
        HeaderCallOption given = new HeaderCallOption(WriteHeadersTest.headers(headers));
        return Long.parseLong(
                TestRows.read(gateway.client().getStream(ticket, given)).get(0).get(0));
    }

    /** Rolls the table back as another client of the catalog would. */
    private void rollBackTo(long snapshotId) {
        StorageConfig location = TestStorage.of(directory);
        CatalogConfig config = new CatalogConfig(
                "jdbc:sqlite:" + directory.resolve("catalog.db"),
                CatalogConfig.DEFAULT_NAME,
                Locations.normalized(location.warehouse()));
        try (Storage storage = Storage.open(location, FileSync.FULL);
                TableCatalog catalog = TableCatalog.open(config, properties -> storage.io())) {
            catalog.loadTable(TableIdentifier.of("main", "t"))
                    .manageSnapshots()
                    .rollbackTo(snapshotId)
                    .commit();
        }
    }
}
