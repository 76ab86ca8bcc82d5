package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;

/**
 * One connection to the engine, for one request.
 *
 * <p>Has at most one open result: a second would silently cut off the first. Confined to one thread, except {@link
 * #cancel()}. Whoever takes it closes it, which also drops the views and streams that were made on it.
 */
public final class EngineConnection implements AutoCloseable {
    /** A batch is made in memory that no limit counts. */
    private static final int MAX_ROWS_OF_ANY_SIZE = 2_048;

    private static final Pattern FIXED_SIZE = Pattern.compile(
            "BOOLEAN|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL.*|DATE|TIME.*|INTERVAL|UUID|ENUM.*");

    private final DuckDBConnection connection;
    private final Interrupter interrupter;
    private final ParsedQueries parsed;
    private final ScanFunctions scans;
    private final PlanText plans;
    private final Cancellation cancellation;
    private final List<AutoCloseable> owned = new ArrayList<>();
    private int temporaryNames;
    private volatile boolean cancelled;
    private volatile boolean closed;

    EngineConnection(
            DuckDBConnection connection,
            Interrupter interrupter,
            ParsedQueries parsed,
            ScanFunctions scans,
            PlanText plans,
            Cancellation cancellation) {
        this.connection = connection;
        this.interrupter = interrupter;
        this.parsed = parsed;
        this.scans = scans;
        this.plans = plans;
        this.cancellation = cancellation;
    }

    /** Reads a row of a result; column numbers start at 1. */
    @FunctionalInterface
    public interface RowReader<T> {
        /** Returns what the current row holds. */
        T read(ResultSet row) throws SQLException;
    }

    /** Parses and gates a caller's query. */
    public ParsedQuery parse(String sql) {
        return parsed.parse(sql);
    }

    /** Returns a gated query over relations of this connection; it says what it said, or is refused. */
    public RunnableQuery rewrite(ParsedQuery query, RelationNames names) {
        return query.rewritten(parsed.source(), names);
    }

    /** Returns the row of a query of our own around a caller's expression. */
    public <T> T evaluate(Wrapping query, GatedExpression expression, RowReader<T> reader) {
        return query(query.around(parsed.source(), expression), reader).get(0);
    }

    /** Returns DuckDB's spelling of a caller's type, parsed; anything but a type is refused. */
    public EngineType parseType(String type) {
        return TypeText.parse(TypeText.canonical(connection, type));
    }

    /** Runs a statement of our own that returns nothing. */
    public void execute(String sql) {
        try (PreparedStatement statement = start(sql)) {
            statement.execute();
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Runs a caller's query and reads all its rows: for small results only. */
    public <T> List<T> query(RunnableQuery query, RowReader<T> reader) {
        return query(query.sql(), reader);
    }

    /** Runs a statement of our own and reads all its rows: for small results only. */
    public <T> List<T> query(String sql, RowReader<T> reader) {
        List<T> rows = new ArrayList<>();
        try (PreparedStatement statement = start(sql);
                ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                rows.add(reader.read(result));
            }
            return rows;
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Returns the column names that a query would answer with, without running it. */
    public List<String> columnNames(RunnableQuery query) {
        try (PreparedStatement statement = start(query.sql())) {
            ResultSetMetaData columns = statement.getMetaData();
            List<String> names = new ArrayList<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                names.add(columns.getColumnLabel(i));
            }
            return names;
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Returns how a query would be run, or was run and how long that took: a line for each operator, no host paths. */
    public List<String> explain(RunnableQuery query, ExplainMode mode) {
        String options = mode == ExplainMode.ANALYZE ? "(ANALYZE, FORMAT json)" : "(FORMAT json)";
        return query("EXPLAIN " + options + " " + query.sql(), row -> row.getString(2)).stream()
                .flatMap(plan -> plans.lines(plan).stream())
                .toList();
    }

    /**
     * Makes an Arrow stream readable once as a relation of this connection.
     *
     * <p>The engine pulls from {@code rows} on threads of its own and closes it with this connection.
     */
    public void register(String name, ArrowReader rows, BufferAllocator allocator) {
        ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator);
        owned.add(stream);
        Data.exportArrayStream(allocator, rows, stream);
        try {
            connection.registerArrowStream(name, stream);
        } catch (RuntimeException e) {
            // The driver wraps what the engine says.
            throw EngineErrors.translate(e.getCause() instanceof SQLException said ? said : e);
        }
    }

    /** Takes over what is to be closed with this connection, after what it holds itself. */
    public void own(AutoCloseable resource) {
        owned.add(0, resource);
    }

    /** Returns a name for a relation of this connection that no other has, and that says what it holds. */
    public String temporaryName(String what) {
        return "__eider_%s_%d".formatted(what, temporaryNames++);
    }

    /**
     * Creates a temporary table, whose rows the caller appends.
     *
     * @param columns names and types, BIGINT or BLOB, as in CREATE TABLE
     */
    public TemporaryTable createTable(String name, String columns) {
        execute("CREATE TEMP TABLE %s (%s)".formatted(SqlText.quoteIdentifier(name), columns));
        try {
            return new TemporaryTable(connection.createAppender("temp", "main", name));
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /**
     * Returns an expression for a number that goes with a row's file. It can be evaluated until this connection is
     * closed.
     *
     * @param numbers one for each file, in the order of the scan's files
     * @param fileIndex an expression for the number of a row's file, from 0
     */
    public String fileNumbers(long[] numbers, String fileIndex) {
        ScanFunctions.Registration registration = scans.addNumbers(numbers, fileIndex);
        owned.add(() -> scans.remove(registration.id()));
        return registration.call();
    }

    /** Returns an Arrow stream of a query's columns without rows, closed with this connection; runs nothing. */
    public ArrowReader describe(RunnableQuery query, BufferAllocator allocator) {
        return stream(query.withoutRows(parsed.source()), allocator, 1);
    }

    /**
     * Starts a query whose rows are produced while they are read.
     *
     * @param batchRows the most rows of a batch; where values have no fixed size, a batch has fewer
     * @return the rows, closed with this connection
     */
    public ArrowReader stream(RunnableQuery query, BufferAllocator allocator, int batchRows) {
        try {
            PreparedStatement statement = start(query.sql());
            owned.add(statement);
            int rows = hasFixedSizes(statement.getMetaData()) ? batchRows : Math.min(batchRows, MAX_ROWS_OF_ANY_SIZE);
            DuckDBResultSet result = statement.executeQuery().unwrap(DuckDBResultSet.class);
            owned.add(result);
            ArrowReader reader = (ArrowReader) result.arrowExportStream(allocator, rows);
            owned.add(reader);
            return reader;
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private static boolean hasFixedSizes(ResultSetMetaData columns) throws SQLException {
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            if (!FIXED_SIZE.matcher(columns.getColumnTypeName(i)).matches()) {
                return false;
            }
        }
        return true;
    }

    /** Turns what reading a stream of this connection threw into an error to show. */
    public EiderException failure(Throwable error) {
        return cancelled
                ? new EiderException(ErrorCode.CANCELLED, "The query was cancelled", error)
                : EngineErrors.translate(error);
    }

    private PreparedStatement start(String sql) throws SQLException {
        // Statement.execute would wrap every error in a second one that hides its type.
        PreparedStatement statement = connection.prepareStatement(sql);
        if (cancelled) {
            statement.close();
            throw new EiderException(ErrorCode.CANCELLED, "The query was cancelled");
        }
        return statement;
    }

    /** Returns whether what runs on this connection is to stop. Any thread may call this. */
    public boolean isCancelled() {
        return cancelled;
    }

    /** Fails if what runs on this connection is to stop. Any thread may call this. */
    public void requireWanted() {
        if (cancelled) {
            throw new EiderException(ErrorCode.CANCELLED, "The query was cancelled");
        }
    }

    /** Stops what runs on this connection, now and later. Any thread may call this; it returns at once. */
    public void cancel() {
        if (!cancelled) {
            cancelled = true;
            interrupter.interruptUntilClosed(this);
        }
    }

    /**
     * Interrupts what is running, if anything is. A statement that is just being started does not notice.
     *
     * @return whether this connection is still open
     */
    boolean interrupt() {
        if (!closed) {
            DriverInterrupt.interrupt(connection);
        }
        return !closed;
    }

    @Override
    public void close() {
        closed = true;
        cancellation.remove(this);
        List<AutoCloseable> closing = new ArrayList<>();
        for (AutoCloseable resource : owned) {
            closing.add(0, resource);
        }
        closing.add(connection);
        try {
            org.apache.arrow.util.AutoCloseables.close(closing);
        } catch (Exception e) {
            throw EngineErrors.translate(e);
        }
    }
}
