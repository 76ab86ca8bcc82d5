package dev.eider.warehouse.engine;

import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunctionBuilder;
import org.duckdb.DuckDBWritableVector;

/**
 * The function that scans of our own call: a number for each file of a list.
 *
 * <p>What it looks up is registered for as long as a connection is open. Callers cannot call it: its name is on no list of
 * allowed functions, and cannot be guessed. Thread-safe.
 */
final class ScanFunctions {
    private final String number =
            "__eider_number_" + Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX);
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, long[]> numbers = new ConcurrentHashMap<>();

    /** Makes it callable on every connection of the instance. */
    void register(DuckDBConnection instance) throws SQLException {
        try (DuckDBScalarFunctionBuilder function = DuckDBFunctions.scalarFunction()) {
            function.withName(number)
                    .withParameters(DuckDBColumnType.BIGINT, DuckDBColumnType.BIGINT)
                    .withReturnType(DuckDBColumnType.BIGINT)
                    .withVectorizedFunction(this::number)
                    .register(instance);
        }
    }

    /** What was registered, and how a statement calls for it. */
    record Registration(long id, String call) {}

    Registration addNumbers(long[] files, String fileIndex) {
        long id = ids.incrementAndGet();
        numbers.put(id, files.clone());
        return new Registration(id, "%s(%d, CAST(%s AS BIGINT))".formatted(number, id, fileIndex));
    }

    void remove(long id) {
        numbers.remove(id);
    }

    private void number(DuckDBDataChunkReader rows, DuckDBWritableVector result) {
        long count = rows.rowCount();
        if (count == 0) {
            return;
        }
        long[] files = registered(numbers, rows.vector(0).getLong(0));
        DuckDBReadableVector fileIndex = rows.vector(1);
        for (long i = 0; i < count; i++) {
            result.setLong(i, files[(int) fileIndex.getLong(i)]);
        }
    }

    private static <T> T registered(Map<Long, T> known, long id) {
        T found = known.get(id);
        if (found == null) {
            throw new IllegalStateException("No scan " + id + " is running");
        }
        return found;
    }
}
