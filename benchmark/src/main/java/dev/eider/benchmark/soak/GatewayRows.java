package dev.eider.benchmark.soak;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;

/** Reads through a gateway: faster with many small files, and it shows what the gateway shows. */
record GatewayRows(GatewayLine line) implements RowSource {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public void read(String table, Consumer<StoredRow> receiver) {
        String sql = "SELECT id, intent, CAST(writer AS BIGINT), CAST(length(note) AS BIGINT) FROM " + table;
        try {
            for (long[] row : numbers(sql)) {
                receiver.accept(new StoredRow(
                        row[0], row[1], row[2], Intent.note(row[0]).length() == row[3]));
            }
        } catch (FlightRuntimeException e) {
            if (GatewayLine.code(e).filter("TABLE_NOT_FOUND"::equals).isEmpty()) {
                throw e;
            }
        }
    }

    /** A fault of the database may end the gateway just now: it is started again. */
    List<long[]> numbers(String sql) {
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return line.numbers(sql);
            } catch (FlightRuntimeException e) {
                if (e.status().code() != FlightStatusCode.UNAVAILABLE || System.nanoTime() - giveUp > 0) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            }
        }
    }
}
