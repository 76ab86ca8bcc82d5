package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.TestGateway;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.impl.FlightSql;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client left behind stops at once: the only place for a read is free for the next. */
@Timeout(60)
class LeavingClientTest {
    private static final String PAIRS = " FROM range(1000000) a, range(1000000) b WHERE (a.range + b.range) % 7 = 8";
    private static final String ENDLESS = "SELECT * FROM range(100000000000)";
    private static final CallOption IMPATIENT = CallOptions.timeout(500, TimeUnit.MILLISECONDS);

    private TestGateway gateway;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        gateway = TestGateway.start(directory, Map.of("read.max-concurrent", "1", "read.statement-timeout", "0s"));
        read("CREATE TABLE t (a BIGINT)", CallOptions.timeout(30, TimeUnit.SECONDS));
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    @Test
    void stopsAnAggregateThatHasNoRowsYet() throws Exception {
        assertLeaves(() -> read("SELECT count(*)" + PAIRS, IMPATIENT));
    }

    @Test
    void stopsAResultThatIsNotRead() throws Exception {
        try (FlightStream stream = gateway.client().getStream(ticket(ENDLESS))) {
            assertThat(stream.next()).isTrue();
            stream.cancel("seen enough", null);
        }

        assertThePlaceIsFree();
    }

    @Test
    void stopsAnInsertAndStoresNothing() throws Exception {
        assertLeaves(() -> read("INSERT INTO t SELECT 1" + PAIRS, IMPATIENT));
        assertLeaves(() -> update("INSERT INTO t SELECT 1" + PAIRS));
        assertLeaves(() -> update("INSERT INTO t SELECT * FROM range(100000000000)"));

        assertThat(read("SELECT count(*) FROM t")).containsExactly(List.of("0"));
    }

    @Test
    void forgetsAReadThatWaitsForItsTurn() throws Exception {
        try (FlightStream running = gateway.client().getStream(ticket(ENDLESS))) {
            assertThat(running.next()).isTrue();
            for (int waiting = 0; waiting < 3; waiting++) {
                FlightRuntimeException left =
                        catchThrowableOfType(FlightRuntimeException.class, () -> read("SELECT 1", IMPATIENT));
                assertThat(left.status().code()).isEqualTo(FlightStatusCode.TIMED_OUT);
            }
            running.cancel("enough", null);
        }

        assertThePlaceIsFree();
    }

    @Test
    void describesWhileEveryPlaceForReadsIsTaken() throws Exception {
        try (FlightStream running = gateway.client().getStream(ticket(ENDLESS))) {
            assertThat(running.next()).isTrue();
            FlightDescriptor descriptor = FlightDescriptor.command("SELECT a FROM t".getBytes(UTF_8));

            assertThat(gateway.client()
                            .getInfo(descriptor, CallOptions.timeout(10, TimeUnit.SECONDS))
                            .getSchemaOptional())
                    .isPresent();
            running.cancel("enough", null);
        }
    }

    @Test
    void refusesResultsBeyondTheLimitsOfRowsAndBytes(@TempDir Path other) throws Exception {
        Map<String, String> limits = Map.of("read.max-result-rows", "100000", "read.max-result-size", "1MB");
        try (TestGateway limited = TestGateway.start(other, limits)) {
            for (String sql : List.of(
                    "SELECT (range % 9)::TINYINT FROM range(100001)", "SELECT repeat('x', 1000) FROM range(2000)")) {
                FlightRuntimeException refusal = catchThrowableOfType(
                        FlightRuntimeException.class,
                        () -> TestRows.read(limited.client().getStream(ticket(sql))));

                assertThat(refusal.status().metadata().get(FlightErrors.CODE)).isEqualTo(ErrorCode.TOO_LARGE.name());
                assertThat(refusal).hasMessageContaining("read.max-result");
            }
            assertThat(TestRows.read(limited.client().getStream(ticket("SELECT count(*) FROM range(200000)"))))
                    .containsExactly(List.of("200000"));
        }
    }

    @Test
    void sendsLongValuesInPieces() throws Exception {
        String sql =
                "SELECT range AS n, repeat(chr(97 + (range % 26)::INTEGER), 30000) AS s, [range] AS l FROM range(600)";
        long rows = 0;
        int batches = 0;
        try (FlightStream stream = gateway.client().getStream(ticket(sql))) {
            while (stream.next()) {
                batches++;
                VectorSchemaRoot root = stream.getRoot();
                for (int row = 0; row < root.getRowCount(); row++, rows++) {
                    String letter = Character.toString((char) ('a' + rows % 26));
                    assertThat(root.getVector("n").getObject(row)).isEqualTo(rows);
                    assertThat(root.getVector("s").getObject(row).toString())
                            .hasSize(30_000)
                            .startsWith(letter)
                            .endsWith(letter);
                    assertThat(root.getVector("l").getObject(row)).hasToString("[" + rows + "]");
                }
            }
        }
        assertThat(rows).isEqualTo(600);
        assertThat(batches).isEqualTo(2);
    }

    private void assertLeaves(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) throws Exception {
        FlightRuntimeException left = catchThrowableOfType(FlightRuntimeException.class, call);
        assertThat(left).isNotNull();
        assertThat(left.status().code()).isEqualTo(FlightStatusCode.TIMED_OUT);
        assertThePlaceIsFree();
    }

    private void assertThePlaceIsFree() throws Exception {
        assertThat(read("SELECT 1", CallOptions.timeout(10, TimeUnit.SECONDS))).containsExactly(List.of("1"));
    }

    private void update(String sql) {
        byte[] command = Any.pack(FlightSql.CommandStatementUpdate.newBuilder()
                        .setQuery(sql)
                        .build())
                .toByteArray();
        FlightClient.ClientStreamListener upload = gateway.client()
                .startPut(FlightDescriptor.command(command), VectorSchemaRoot.of(), new AsyncPutListener(), IMPATIENT);
        upload.getResult();
    }

    private List<List<String>> read(String sql, CallOption... options) throws Exception {
        return TestRows.read(gateway.client().getStream(ticket(sql), options));
    }

    private static Ticket ticket(String sql) {
        return new Ticket(sql.getBytes(UTF_8));
    }
}
