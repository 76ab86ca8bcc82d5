package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.TestGateway;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.CallOptions;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Small queries get in while large ones hold every other place and more of them wait. */
@Timeout(60)
class FairReadsTest {
    private static final String ENDLESS = "SELECT * FROM range(100000000000)";
    /** Its values are found before it can be planned, and that alone takes for ever. */
    private static final String ENDLESS_PIVOT = "PIVOT (SELECT a.range % 3 AS k FROM range(1000000) a, range(1000000) b"
            + " WHERE (a.range + b.range) % 7 = 8) ON k USING count(*)";

    private static final CallOption PATIENT = CallOptions.timeout(20, TimeUnit.SECONDS);
    private static final CallOption IMPATIENT = CallOptions.timeout(500, TimeUnit.MILLISECONDS);

    private final List<FlightStream> running = new ArrayList<>();
    private TestGateway gateway;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        gateway = TestGateway.start(directory, Map.of("read.max-concurrent", "3", "read.max-queued", "8"));
        read("CREATE TABLE t (a BIGINT)", PATIENT);
        read("INSERT INTO t SELECT * FROM range(1000)", PATIENT);
        for (int i = 0; i < 2; i++) {
            FlightStream stream = gateway.client().getStream(ticket(ENDLESS));
            assertThat(stream.next()).isTrue();
            running.add(stream);
        }
        // They wait, for they may be large, and those behind them are looked at all the same.
        running.add(gateway.client().getStream(ticket(ENDLESS)));
        running.add(gateway.client().getStream(ticket("SELECT count(*) FROM t a, t b, t c")));
        running.add(gateway.client().getStream(ticket(ENDLESS_PIVOT)));
    }

    @AfterEach
    void stop() throws Exception {
        for (FlightStream stream : running) {
            stream.cancel("enough", null);
            stream.close();
        }
        gateway.close();
    }

    @Test
    void answersPointQueriesWhileLongOnesRunAndWait() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(read("SELECT a + 1 FROM t WHERE a = 41", PATIENT)).containsExactly(List.of("42"));
        }
        assertThat(read("SELECT count(*) FROM t", PATIENT)).containsExactly(List.of("1000"));
        assertThat(gateway.client()
                        .doAction(new Action("query", "SELECT max(a) FROM t".getBytes(UTF_8)), PATIENT)
                        .hasNext())
                .isTrue();
    }

    @Test
    void refusesWhatCannotBePlannedAtOnce() {
        FlightRuntimeException refused =
                catchThrowableOfType(FlightRuntimeException.class, () -> read("SELECT a FROM missing", PATIENT));

        assertThat(refused.status().metadata().get(FlightErrors.CODE)).isEqualTo(ErrorCode.TABLE_NOT_FOUND.name());
    }

    @Test
    void letsNoLongQueryIntoTheReservedPlace() throws Exception {
        FlightRuntimeException waited =
                catchThrowableOfType(FlightRuntimeException.class, () -> read(ENDLESS, IMPATIENT));
        assertThat(waited.status().code()).isEqualTo(FlightStatusCode.TIMED_OUT);

        assertThat(read("SELECT min(a) FROM t WHERE a > 7", PATIENT)).containsExactly(List.of("8"));
    }

    private List<List<String>> read(String sql, CallOption option) throws Exception {
        return TestRows.read(gateway.client().getStream(ticket(sql), option));
    }

    private static Ticket ticket(String sql) {
        return new Ticket(sql.getBytes(UTF_8));
    }
}
