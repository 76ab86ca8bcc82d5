package dev.eider.warehouse.engine;

import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.List;
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
import org.jspecify.annotations.Nullable;

/**
 * The two functions that scans of our own call: which rows of a file are live, and a number for each file of a list.
 *
 * <p>What they look up is registered for as long as a connection is open. Callers cannot call them: their names are on
 * no list of allowed functions, and cannot be guessed. Thread-safe.
 */
final class ScanFunctions {
    private final String suffix = Long.toString(new SecureRandom().nextLong() >>> 1, Character.MAX_RADIX);
    private final String live = "__eider_live_" + suffix;
    private final String number = "__eider_number_" + suffix;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, @Nullable RowNumbers[]> deleted = new ConcurrentHashMap<>();
    private final Map<Long, long[]> numbers = new ConcurrentHashMap<>();

    /** Makes both callable on every connection of the instance. */
    void register(DuckDBConnection instance) throws SQLException {
        try (DuckDBScalarFunctionBuilder function = DuckDBFunctions.scalarFunction()) {
            function.withName(live)
                    .withParameters(DuckDBColumnType.BIGINT, DuckDBColumnType.BIGINT, DuckDBColumnType.BIGINT)
                    .withReturnType(DuckDBColumnType.BOOLEAN)
                    .withVectorizedFunction(this::live)
                    .register(instance);
        }
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

    Registration addDeleted(List<RowNumbers> files, String fileIndex, String rowNumber) {
        long id = ids.incrementAndGet();
        deleted.put(id, files.toArray(new RowNumbers[0]));
        return new Registration(id, "%s(%d, CAST(%s AS BIGINT), %s)".formatted(live, id, fileIndex, rowNumber));
    }

    Registration addNumbers(long[] files, String fileIndex) {
        long id = ids.incrementAndGet();
        numbers.put(id, files.clone());
        return new Registration(id, "%s(%d, CAST(%s AS BIGINT))".formatted(number, id, fileIndex));
    }

    void remove(long id) {
        deleted.remove(id);
        numbers.remove(id);
    }

    /** Rows of a vector come from one file and in order, as a rule: what was looked up for one row is kept for the next. */
    private void live(DuckDBDataChunkReader rows, DuckDBWritableVector live) {
        long count = rows.rowCount();
        if (count == 0) {
            return;
        }
        @Nullable RowNumbers[] files = registered(deleted, rows.vector(0).getLong(0));
        DuckDBReadableVector fileIndex = rows.vector(1);
        DuckDBReadableVector rowNumber = rows.vector(2);
        long file = -1;
        long pageNumber = -1;
        RowNumbers gone = null;
        long[] page = null;
        for (long i = 0; i < count; i++) {
            long currentFile = fileIndex.getLong(i);
            long row = rowNumber.getLong(i);
            long currentPage = row >>> RowNumbers.PAGE_BITS;
            if (currentFile != file || currentPage != pageNumber) {
                file = currentFile;
                pageNumber = currentPage;
                gone = files[(int) file];
                page = gone == null ? null : gone.page(pageNumber);
            }
            live.setBoolean(i, !RowNumbers.isSet(page, row));
        }
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
