package dev.eider.benchmark.soak;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;

/** Reads through a gateway: faster with many small files, and it shows what the gateway shows. */
record GatewayRows(GatewayLine line) implements RowSource {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Set<String> MISSING = Set.of("TABLE_NOT_FOUND", "VERSION_NOT_FOUND");

    @Override
    public void read(String table, String branch, Consumer<StoredRow> receiver) {
        String sql = "SELECT id, intent, CAST(writer AS BIGINT), CAST(length(note) AS BIGINT) FROM "
                + relation(table, branch);
        try {
            for (long[] row : numbers(sql)) {
                receiver.accept(new StoredRow(
                        row[0], row[1], row[2], Intent.note(row[0]).length() == row[3]));
            }
        } catch (FlightRuntimeException e) {
            if (!isMissing(e)) {
                throw e;
            }
        }
    }

    /** Returns a branch of a table as SQL. */
    static String relation(String table, String branch) {
        return branch.equals(Intent.MAIN) ? table : table + " AT (VERSION => '" + branch + "')";
    }

    /** Returns whether a gateway said that there is no such table or branch. */
    static boolean isMissing(FlightRuntimeException failure) {
        return GatewayLine.code(failure).filter(MISSING::contains).isPresent();
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
