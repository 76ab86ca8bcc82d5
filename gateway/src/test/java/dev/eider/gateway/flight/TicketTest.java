package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.TestGateway;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.impl.FlightSql.TicketStatementQuery;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands between a ticket and the rows that it is for. */
@Tag("storage")
class TicketTest {
    private static final FlightDescriptor TABLE = FlightDescriptor.path("t");

    @TempDir
    private Path directory;

    @Test
    void isServedByAnyGatewayOverTheSameCatalog() throws Exception {
        try (TestGateway one = TestGateway.start(directory);
                TestGateway other = TestGateway.start(directory)) {
            put(one, 0, 3);
            byte[] path = ticket(one, TABLE);
            byte[] command = ticket(one, FlightDescriptor.command("SELECT sum(id) AS s FROM t".getBytes(UTF_8)));
            put(other, 3, 3);

            assertThat(read(other, path)).hasSize(3).contains(List.of("2", "row 2"));
            assertThat(read(other, command)).containsExactly(List.of("3"));
            assertThat(read(one, ticket(other, TABLE))).hasSize(6);
        }
    }

    @Test
    void isServedByThoseThatGoOnWhenOneStops() throws Exception {
        try (TestGateway one = TestGateway.start(directory);
                TestGateway other = TestGateway.start(directory)) {
            put(one, 0, 3);
            put(other, 3, 3);
            byte[] path = ticket(one, TABLE);
            one.stop();

            assertThat(read(other, path)).hasSize(6);
            put(other, 6, 3);
            try (TestGateway next = TestGateway.start(directory)) {
                put(next, 9, 3);
                assertThat(read(next, path)).hasSize(6);
                assertThat(read(next, ticket(next, TABLE))).hasSize(12);
                assertThat(read(other, ticket(other, TABLE))).hasSize(12);
            }
        }
    }

    @Test
    void isServedAfterTheGatewayThatGaveItIsGone() throws Exception {
        byte[] ticket;
        try (TestGateway gateway = TestGateway.start(directory)) {
            put(gateway, 0, 3);
            ticket = ticket(gateway, TABLE);
        }

        try (TestGateway next = TestGateway.start(directory)) {
            assertThat(read(next, ticket)).hasSize(3);
        }
    }

    @Test
    void isRefusedWhenItIsForged() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            put(gateway, 0, 3);
            String ticket = new String(ticket(gateway, TABLE), UTF_8);
            String content = ticket.substring(0, ticket.indexOf('}', ticket.lastIndexOf("operation")));

            for (String forged : List.of(
                    content,
                    ticket.substring(0, ticket.length() - 1),
                    ticket.replace("main", "other"),
                    ticket.replaceFirst("\"expires\":\\d", "\"expires\":9"),
                    ticket.substring(0, ticket.lastIndexOf('.')),
                    "{\"sql\":\"SELECT 1\",\"tables\":[]}")) {
                assertThat(forged).isNotEqualTo(ticket);
                assertRefused(gateway, forged.getBytes(UTF_8), ErrorCode.INVALID_REQUEST);
            }
        }
    }

    @Test
    void isSignedForFlightSqlToo() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory);
                FlightSqlClient client = new FlightSqlClient(gateway.newClient())) {
            put(gateway, 0, 3);
            Ticket ticket = client.execute("SELECT count(*) AS n FROM t")
                    .getEndpoints()
                    .get(0)
                    .getTicket();

            assertThat(read(gateway, ticket.getBytes())).containsExactly(List.of("3"));
            TicketStatementQuery query = Any.parseFrom(ticket.getBytes()).unpack(TicketStatementQuery.class);
            String handle = query.getStatementHandle().toStringUtf8();
            byte[] forged = Any.pack(TicketStatementQuery.newBuilder()
                            .setStatementHandle(ByteString.copyFromUtf8(handle.replace("count", "max")))
                            .build())
                    .toByteArray();
            assertRefused(gateway, forged, ErrorCode.INVALID_REQUEST);
        }
    }

    @Test
    void expires() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory, Map.of("read.ticket-lifetime", "1s"))) {
            put(gateway, 0, 3);
            byte[] ticket = ticket(gateway, TABLE);

            await().until(() -> code(gateway, ticket).equals(ErrorCode.TICKET_EXPIRED.name()));

            assertRefused(gateway, ticket, ErrorCode.TICKET_EXPIRED);
            assertThat(read(gateway, "SELECT * FROM t".getBytes(UTF_8))).hasSize(3);
        }
    }

    private static void put(TestGateway gateway, long first, int rows) {
        try (VectorSchemaRoot root = TestRows.root(gateway.allocator())) {
            FlightClient.ClientStreamListener upload = gateway.client().startPut(TABLE, root, new AsyncPutListener());
            TestRows.fill(root, first, rows);
            upload.putNext();
            upload.completed();
            upload.getResult();
        }
    }

    private static byte[] ticket(TestGateway gateway, FlightDescriptor descriptor) {
        return gateway.client()
                .getInfo(descriptor)
                .getEndpoints()
                .get(0)
                .getTicket()
                .getBytes();
    }

    private static List<List<String>> read(TestGateway gateway, byte[] ticket) throws Exception {
        return TestRows.read(gateway.client().getStream(new Ticket(ticket)));
    }

    private static String code(TestGateway gateway, byte[] ticket) {
        FlightRuntimeException failure = refusal(gateway, ticket);
        return failure == null ? "" : String.valueOf(failure.status().metadata().get(FlightErrors.CODE));
    }

    private static FlightRuntimeException refusal(TestGateway gateway, byte[] ticket) {
        return catchThrowableOfType(FlightRuntimeException.class, () -> read(gateway, ticket));
    }

    private static void assertRefused(TestGateway gateway, byte[] ticket, ErrorCode code) {
        FlightRuntimeException failure = refusal(gateway, ticket);

        assertThat(failure.status().code()).isEqualTo(FlightStatusCode.INVALID_ARGUMENT);
        assertThat(failure.status().metadata().get(FlightErrors.CODE)).isEqualTo(code.name());
    }
}
