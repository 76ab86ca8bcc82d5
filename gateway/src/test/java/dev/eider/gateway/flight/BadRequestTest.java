package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.TestGateway;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BadRequestTest {
    private static TestGateway gateway;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        gateway = TestGateway.start(directory);
        put(FlightDescriptor.path("t"), new FlightCallHeaders());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @ParameterizedTest
    @CsvSource({
        "eider-mode, sometimes, INVALID_ARGUMENT, INVALID_REQUEST",
        "eider-mode, replace, UNIMPLEMENTED, UNSUPPORTED",
        "eider-mode, create, ALREADY_EXISTS, ALREADY_EXISTS",
        "eider-commit-every-rows, 0, INVALID_ARGUMENT, INVALID_REQUEST",
        "eider-commit-every-rows, many, INVALID_ARGUMENT, INVALID_REQUEST",
        "eider-commit-every-seconds, 0.0001, INVALID_ARGUMENT, INVALID_REQUEST",
        "eider-commit-every-seconds, 1e999999999, INVALID_ARGUMENT, INVALID_REQUEST",
        "eider-content-digest, k, INVALID_ARGUMENT, INVALID_REQUEST",
        "eider-on-schema-change, evolve, UNIMPLEMENTED, UNSUPPORTED",
        "eider-partition-by, id, UNIMPLEMENTED, UNSUPPORTED",
        "eider-sort-by, id, UNIMPLEMENTED, UNSUPPORTED",
        "eider-colour, blue, INVALID_ARGUMENT, INVALID_REQUEST"
    })
    void refusesAWriteOption(String header, String value, FlightStatusCode status, ErrorCode code) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert(header, value);

        FlightRuntimeException failure = failure(() -> put(FlightDescriptor.path("t"), headers));

        assertFailure(failure, status, code);
    }

    @Test
    void namesTheKnownOptions() {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("eider-colour", "blue");

        assertThat(failure(() -> put(FlightDescriptor.path("t"), headers)))
                .hasMessageContaining("eider-colour")
                .hasMessageContaining("eider-mode")
                .hasMessageContaining("eider-commit-every-seconds");
    }

    @Test
    void refusesAnUploadWithoutATable() {
        for (FlightDescriptor descriptor : List.of(
                FlightDescriptor.path(), FlightDescriptor.path("main", " "), FlightDescriptor.command(new byte[] {1
                }))) {
            FlightRuntimeException failure = failure(() -> put(descriptor, new FlightCallHeaders()));

            assertFailure(failure, FlightStatusCode.INVALID_ARGUMENT, ErrorCode.INVALID_REQUEST);
        }
    }

    @Test
    void refusesToAppendToAMissingTable() {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("eider-mode", "append");

        FlightRuntimeException failure = failure(() -> put(FlightDescriptor.path("missing"), headers));

        assertFailure(failure, FlightStatusCode.NOT_FOUND, ErrorCode.TABLE_NOT_FOUND);
    }

    @Test
    void refusesTicketsThatAreNoText() {
        for (byte[] ticket : List.of(new byte[0], new byte[] {(byte) 0xff, (byte) 0xfe}, " ".getBytes(UTF_8))) {
            FlightRuntimeException failure = failure(() -> read(ticket));

            assertFailure(failure, FlightStatusCode.INVALID_ARGUMENT, ErrorCode.INVALID_REQUEST);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | INVALID_ARGUMENT | INVALID_REQUEST",
                "{\"sql\": 1} | INVALID_ARGUMENT | INVALID_REQUEST",
                "SELEKT 1 | INVALID_ARGUMENT | INVALID_SQL",
                "SELECT * FROM missing | NOT_FOUND | TABLE_NOT_FOUND",
                "SELECT missing FROM t | INVALID_ARGUMENT | INVALID_SQL",
                "SELECT error('boom') FROM t | INVALID_ARGUMENT | INVALID_SQL"
            })
    void refusesATicket(String ticket, FlightStatusCode status, ErrorCode code) {
        FlightRuntimeException failure = failure(() -> read(ticket.getBytes(UTF_8)));

        assertFailure(failure, status, code);
    }

    @Test
    void refusesToDescribeWhatIsMissing() {
        FlightRuntimeException table = failure(() -> gateway.client().getInfo(FlightDescriptor.path("missing")));
        FlightRuntimeException path = failure(() -> gateway.client().getSchema(FlightDescriptor.path()));

        assertFailure(table, FlightStatusCode.NOT_FOUND, ErrorCode.TABLE_NOT_FOUND);
        assertFailure(path, FlightStatusCode.INVALID_ARGUMENT, ErrorCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "colour | '' | INVALID_ARGUMENT | INVALID_REQUEST",
                "BeginTransaction | '' | UNIMPLEMENTED | UNSUPPORTED",
                "query | '' | INVALID_ARGUMENT | INVALID_REQUEST",
                "query | {\"sql\": } | INVALID_ARGUMENT | INVALID_REQUEST",
                "query | {\"text\": \"SELECT 1\"} | INVALID_ARGUMENT | INVALID_REQUEST",
                "snapshots | main.t | INVALID_ARGUMENT | INVALID_REQUEST",
                "snapshots | {\"table\": \"\"} | INVALID_ARGUMENT | INVALID_REQUEST",
                "snapshots | {\"table\": \"t\", \"namespace\": 1} | INVALID_ARGUMENT | INVALID_REQUEST",
                "snapshots | {\"table\": \"missing\"} | NOT_FOUND | TABLE_NOT_FOUND"
            })
    void refusesAnAction(String action, String body, FlightStatusCode status, ErrorCode code) {
        FlightRuntimeException failure = failure(() -> gateway.client()
                .doAction(new Action(action, body.getBytes(UTF_8)))
                .forEachRemaining(result -> {}));

        assertFailure(failure, status, code);
    }

    @Test
    void refusesCommandsThatItDoesNotHave() {
        byte[] ingest = Any.pack(FlightSql.CommandStatementIngest.newBuilder()
                        .setTable("t")
                        .build())
                .toByteArray();

        FlightRuntimeException failure = failure(() -> put(FlightDescriptor.command(ingest), new FlightCallHeaders()));

        assertFailure(failure, FlightStatusCode.UNIMPLEMENTED, ErrorCode.UNSUPPORTED);
        assertThat(failure).hasMessageContaining("CommandStatementIngest");
    }

    @Test
    void refusesReadOptionsThatItDoesNotHave() {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("eider-colour", "blue");

        FlightRuntimeException failure = failure(() -> TestRows.read(
                gateway.client().getStream(new Ticket("SELECT 1".getBytes(UTF_8)), new HeaderCallOption(headers))));

        assertFailure(failure, FlightStatusCode.INVALID_ARGUMENT, ErrorCode.INVALID_REQUEST);
    }

    @Test
    void refusesToReadWithoutTheRequiredSnapshot() {
        HeaderCallOption one = new HeaderCallOption(WriteHeadersTest.headers("eider-min-snapshot", "1"));
        HeaderCallOption named = new HeaderCallOption(WriteHeadersTest.headers("eider-min-snapshot", "main.t=1"));
        HeaderCallOption bad = new HeaderCallOption(WriteHeadersTest.headers("eider-min-snapshot", "newest"));
        byte[] sql = "SELECT * FROM t".getBytes(UTF_8);

        for (HeaderCallOption header : List.of(one, named, bad)) {
            FlightStatusCode status = header == bad ? FlightStatusCode.INVALID_ARGUMENT : FlightStatusCode.NOT_FOUND;
            ErrorCode code = header == bad ? ErrorCode.INVALID_REQUEST : ErrorCode.VERSION_NOT_FOUND;
            assertFailure(
                    failure(() -> TestRows.read(gateway.client().getStream(new Ticket(sql), header))), status, code);
            assertFailure(failure(() -> gateway.client().getInfo(FlightDescriptor.path("t"), header)), status, code);
            assertFailure(failure(() -> gateway.client().getInfo(FlightDescriptor.command(sql), header)), status, code);
            assertFailure(
                    failure(() -> gateway.client().getSchema(FlightDescriptor.command(sql), header)), status, code);
            assertFailure(
                    failure(() -> gateway.client()
                            .doAction(new Action("query", sql), header)
                            .forEachRemaining(result -> {})),
                    status,
                    code);
        }
    }

    @Test
    void readsAPinnedTicketWhateverSnapshotIsRequired() throws Exception {
        HeaderCallOption header = new HeaderCallOption(WriteHeadersTest.headers("eider-min-snapshot", "1"));
        Ticket pinned = gateway.client()
                .getInfo(FlightDescriptor.path("t"))
                .getEndpoints()
                .get(0)
                .getTicket();

        assertThat(TestRows.read(gateway.client().getStream(pinned, header))).hasSize(3);
    }

    @Test
    void refusesWriteOptionsForSqlUpdates() {
        byte[] insert = Any.pack(FlightSql.CommandStatementUpdate.newBuilder()
                        .setQuery("INSERT INTO t SELECT * FROM t")
                        .build())
                .toByteArray();
        FlightCallHeaders headers = WriteHeadersTest.headers("eider-idempotency-key", "k");

        FlightRuntimeException failure = failure(() -> put(FlightDescriptor.command(insert), headers));

        assertFailure(failure, FlightStatusCode.UNIMPLEMENTED, ErrorCode.UNSUPPORTED);
        assertThat(failure).hasMessageContaining("eider-idempotency-key");
    }

    private static void put(FlightDescriptor descriptor, FlightCallHeaders headers) {
        try (VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            FlightClient.ClientStreamListener upload =
                    gateway.client().startPut(descriptor, root, new TestRows.Receipts(), new HeaderCallOption(headers));
            TestRows.fill(root, 0, 3);
            upload.putNext();
            upload.completed();
            upload.getResult();
        }
    }

    private static void read(byte[] ticket) throws Exception {
        TestRows.read(gateway.client().getStream(new Ticket(ticket)));
    }

    private static FlightRuntimeException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(FlightRuntimeException.class, call);
    }

    private static void assertFailure(FlightRuntimeException failure, FlightStatusCode status, ErrorCode code) {
        assertThat(failure).isNotNull();
        assertThat(failure.status().code()).as(failure.getMessage()).isEqualTo(status);
        assertThat(failure.status().metadata().get(FlightErrors.CODE)).isEqualTo(code.name());
        assertThat(failure.status().description()).isNotBlank();
    }
}
