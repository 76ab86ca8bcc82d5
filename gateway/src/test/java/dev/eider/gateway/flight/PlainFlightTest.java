package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eider.gateway.TestGateway;
import dev.eider.warehouse.storage.TestStorage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("storage")
class PlainFlightTest {
    private static final ObjectMapper JSON = new ObjectMapper();

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
    void acknowledgesAnUploadWithOneReceipt() throws Exception {
        List<String> receipts = put(FlightDescriptor.path("t"), 3, 100);

        assertThat(receipts).hasSize(1);
        JsonNode receipt = JSON.readTree(receipts.get(0));
        assertThat(receipt.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "table",
                        "snapshot_id",
                        "sequence_number",
                        "rows",
                        "branch",
                        "file_count",
                        "files",
                        "group_size",
                        "bytes",
                        "duplicate",
                        "queue_ms",
                        "commit_ms");
        assertThat(receipt.get("table").asText()).isEqualTo("main.t");
        assertThat(receipt.get("rows").asLong()).isEqualTo(300);
        assertThat(receipt.get("branch").asText()).isEqualTo("main");
        assertThat(receipt.get("file_count").asInt()).isEqualTo(1);
        assertThat(receipt.at("/files/0/first_row").asLong(-1)).isZero();
        assertThat(receipt.at("/files/0/rows").asLong()).isEqualTo(300);
        assertThat(receipt.at("/files/0/location").asText()).endsWith(".parquet");
        assertThat(receipt.get("snapshot_id").isIntegralNumber()).isTrue();
        assertThat(receipt.get("duplicate").asBoolean()).isFalse();
    }

    @Test
    void acknowledgesEachStepOfAnEndlessUpload() throws Exception {
        try (VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            TestRows.Receipts receipts = new TestRows.Receipts();
            FlightClient.ClientStreamListener upload = gateway.client()
                    .startPut(FlightDescriptor.path("t"), root, receipts, header("eider-commit-every-rows", "100"));

            for (int step = 1; step <= 3; step++) {
                int committed = step;
                TestRows.fill(root, step, 100);
                upload.putNext();
                await().until(() -> receipts.texts().size() == committed);
            }
            upload.completed();
            upload.getResult();

            assertThat(receipts.texts()).hasSize(3).allSatisfy(receipt -> assertThat(receipt)
                    .contains("\"rows\":100"));
        }
    }

    @Test
    void listsOrphanedFilesAndRemovesThemOnRequest() throws Exception {
        assumeFalse(TestStorage.isS3(), "the age of an object is nobody's to change");
        put(FlightDescriptor.path("t"), 1, 10);
        Path data;
        try (Stream<Path> files = Files.walk(directory.resolve("warehouse"))) {
            data = files.filter(path -> path.endsWith("data")).findFirst().orElseThrow();
        }
        Path stray = Files.writeString(data.resolve("stray.parquet"), "stray");
        Files.setLastModifiedTime(stray, FileTime.from(Instant.now().minus(Duration.ofDays(2))));

        JsonNode listed = orphans("{\"table\": \"main.t\"}");
        assertThat(listed.get("removed").asBoolean()).isFalse();
        assertThat(listed.get("total_bytes").asLong()).isEqualTo(5);
        assertThat(listed.at("/files/0/location").asText()).isEqualTo("file://" + stray);
        assertThat(stray).exists();

        JsonNode removed = orphans("{\"table\": \"t\", \"older_than_seconds\": 3600, \"remove\": true}");
        assertThat(removed.get("files")).hasSize(1);
        assertThat(stray).doesNotExist();
        assertThat(orphans("{\"table\": \"t\"}").get("files")).isEmpty();
    }

    private JsonNode orphans(String body) throws Exception {
        return JSON.readTree(gateway.client()
                .doAction(new Action("orphans", body.getBytes(UTF_8)))
                .next()
                .getBody());
    }

    @Test
    void createsATableFromAnEmptyUpload() throws Exception {
        List<String> receipts = put(FlightDescriptor.path("t"), 0, 0);

        assertThat(receipts).hasSize(1);
        assertThat(gateway.client()
                        .getSchema(FlightDescriptor.path("t"))
                        .getSchema()
                        .getFields())
                .extracting("name")
                .containsExactly("id", "name");
    }

    @Test
    void readsATableByItsPath() throws Exception {
        put(FlightDescriptor.path("main", "t"), 2, 3);

        FlightInfo info = gateway.client().getInfo(FlightDescriptor.path("t"));

        assertThat(info.getSchemaOptional().orElseThrow().getFields())
                .extracting("name")
                .containsExactly("id", "name");
        assertThat(info.getEndpoints()).hasSize(1);
        assertThat(info.getEndpoints().get(0).getLocations()).isEmpty();
        assertThat(read(info)).hasSize(6).contains(List.of("4", "row 4"));
    }

    @Test
    void aTicketKeepsItsSnapshot() throws Exception {
        put(FlightDescriptor.path("t"), 1, 3);
        FlightInfo before = gateway.client().getInfo(FlightDescriptor.path("t"));
        FlightInfo query = gateway.client().getInfo(command("SELECT count(*) AS n FROM t"));

        put(FlightDescriptor.path("t"), 1, 5);

        assertThat(read(before)).hasSize(3);
        assertThat(read(query)).containsExactly(List.of("3"));
        assertThat(read(gateway.client().getInfo(FlightDescriptor.path("t")))).hasSize(8);
    }

    @Test
    void runsSqlFromCommandsAndTickets() throws Exception {
        put(FlightDescriptor.path("t"), 1, 10);
        String sql = "SELECT sum(id)::BIGINT AS total FROM t";

        FlightInfo info = gateway.client().getInfo(command(sql));

        assertThat(info.getSchemaOptional().orElseThrow().getFields())
                .extracting("name")
                .containsExactly("total");
        assertThat(read(info)).containsExactly(List.of("45"));
        assertThat(sql(sql)).containsExactly(List.of("45"));
    }

    @Test
    void anUpdateRunsWhenItsTicketIsUsed() throws Exception {
        put(FlightDescriptor.path("t"), 1, 10);

        FlightInfo info = gateway.client().getInfo(command("INSERT INTO t VALUES (10, 'ten')"));

        assertThat(info.getSchemaOptional().orElseThrow().getFields())
                .extracting("name")
                .containsExactly("count");
        assertThat(sql("SELECT count(*) FROM t")).containsExactly(List.of("10"));
        assertThat(read(info)).containsExactly(List.of("1"));
        assertThat(sql("SELECT count(*) FROM t")).containsExactly(List.of("11"));
    }

    @Test
    void sendsTheSchemaOfAnEmptyResult() throws Exception {
        put(FlightDescriptor.path("t"), 1, 1);

        assertThat(sql("SELECT * FROM t WHERE id < 0")).isEmpty();
    }

    @Test
    void listsTables() throws Exception {
        put(FlightDescriptor.path("t"), 1, 10);
        put(FlightDescriptor.path("main", "Other"), 1, 5);

        assertThat(flights(""))
                .extracting(info -> info.getDescriptor().getPath())
                .containsExactlyInAnyOrder(List.of("main", "Other"), List.of("main", "t"));
        assertThat(flights("oth")).singleElement().satisfies(info -> {
            assertThat(info.getRecords()).isEqualTo(5);
            assertThat(info.getBytes()).isPositive();
            assertThat(info.getSchemaOptional().orElseThrow().getFields()).hasSize(2);
            assertThat(read(info)).hasSize(5);
        });
        assertThat(flights("main.")).hasSize(2);
        assertThat(flights("nowhere.")).isEmpty();
    }

    @Test
    void listsTablesAndSnapshotsAsJson() throws Exception {
        put(FlightDescriptor.path("t"), 1, 10);
        put(FlightDescriptor.path("t"), 1, 10);

        List<JsonNode> tables = json("list_tables", "");
        List<JsonNode> byName = json("snapshots", "{\"table\": \"main.t\"}");
        List<JsonNode> byParts = json("snapshots", "{\"namespace\": [\"main\"], \"table\": \"t\"}");

        assertThat(tables).singleElement().satisfies(table -> {
            assertThat(table.get("table").asText()).isEqualTo("main.t");
            assertThat(table.get("rows").asLong()).isEqualTo(20);
            assertThat(table.get("snapshots").asInt()).isEqualTo(2);
            assertThat(table.get("columns")).hasSize(2);
        });
        assertThat(byName).hasSize(2).isEqualTo(byParts);
        assertThat(byName.get(0).get("parent_id").isNull()).isTrue();
        assertThat(byName.get(1).get("parent_id")).isEqualTo(byName.get(0).get("snapshot_id"));
        assertThat(byName.get(1).get("current").asBoolean()).isTrue();
    }

    @Test
    void listsColumnTypesInTheWordsOfSql() throws Exception {
        results(
                "query",
                "CREATE TABLE typed (id BIGINT NOT NULL, price DECIMAL(10, 2), at TIMESTAMPTZ, tags VARCHAR[],"
                        + " place STRUCT(city VARCHAR, zip INTEGER))");

        JsonNode columns = json("list_tables", "").get(0).get("columns");

        assertThat(columns.findValuesAsText("type"))
                .containsExactly(
                        "BIGINT",
                        "DECIMAL(10,2)",
                        "TIMESTAMPTZ",
                        "VARCHAR[]",
                        "STRUCT(\"city\" VARCHAR, \"zip\" INTEGER)");
        assertThat(columns.get(0).get("nullable").asBoolean()).isFalse();
        assertThat(columns.get(1).get("nullable").asBoolean()).isTrue();
    }

    @Test
    void answersTheQueryActionWithArrowInChunks() throws Exception {
        String sql = "SELECT range AS id, repeat('x', 100) AS filler FROM range(50000)";
        for (String body : List.of(sql, JSON.createObjectNode().put("sql", sql).toString())) {
            List<Result> results = results("query", body);

            assertThat(results).hasSizeGreaterThan(4).allSatisfy(result -> assertThat(result.getBody())
                    .hasSizeLessThanOrEqualTo(1 << 20));
            assertThat(ipcRows(results)).hasSize(50_000).contains(List.of("49999", "x".repeat(100)));
        }
        assertThat(ipcRows(results("query", "CREATE TABLE made (a INTEGER)"))).containsExactly(List.of("0"));
    }

    @Test
    void documentsItsActions() {
        assertThat(gateway.client().listActions())
                .extracting(ActionType::getType)
                .contains("query", "list_tables", "snapshots", "CreatePreparedStatement");
        assertThat(gateway.client().listActions())
                .allSatisfy(action -> assertThat(action.getDescription()).isNotBlank());
    }

    private List<String> put(FlightDescriptor descriptor, int batches, int rows) throws Exception {
        try (VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            TestRows.Receipts receipts = new TestRows.Receipts();
            FlightClient.ClientStreamListener upload = gateway.client().startPut(descriptor, root, receipts);
            for (int batch = 0; batch < batches; batch++) {
                TestRows.fill(root, (long) batch * rows, rows);
                upload.putNext();
            }
            upload.completed();
            upload.getResult();
            return receipts.texts();
        }
    }

    private static CallOption header(String name, String value) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert(name, value);
        return new HeaderCallOption(headers);
    }

    private static FlightDescriptor command(String sql) {
        return FlightDescriptor.command(sql.getBytes(UTF_8));
    }

    private List<List<String>> read(FlightInfo info) throws Exception {
        return TestRows.read(
                gateway.client().getStream(info.getEndpoints().get(0).getTicket()));
    }

    private List<List<String>> sql(String sql) throws Exception {
        return TestRows.read(gateway.client().getStream(new Ticket(sql.getBytes(UTF_8))));
    }

    private List<FlightInfo> flights(String criteria) {
        return StreamSupport.stream(
                        gateway.client()
                                .listFlights(new Criteria(criteria.getBytes(UTF_8)))
                                .spliterator(),
                        false)
                .toList();
    }

    private List<Result> results(String action, String body) {
        List<Result> results = new ArrayList<>();
        gateway.client().doAction(new Action(action, body.getBytes(UTF_8))).forEachRemaining(results::add);
        return results;
    }

    private List<JsonNode> json(String action, String body) throws Exception {
        List<JsonNode> objects = new ArrayList<>();
        for (Result result : results(action, body)) {
            objects.add(JSON.readTree(result.getBody()));
        }
        return objects;
    }

    private List<List<String>> ipcRows(List<Result> chunks) throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (Result chunk : chunks) {
            stream.write(chunk.getBody());
        }
        List<List<String>> rows = new ArrayList<>();
        try (ArrowStreamReader reader =
                new ArrowStreamReader(new ByteArrayInputStream(stream.toByteArray()), gateway.allocator())) {
            while (reader.loadNextBatch()) {
                TestRows.add(reader.getVectorSchemaRoot(), rows);
            }
        }
        return rows;
    }
}
