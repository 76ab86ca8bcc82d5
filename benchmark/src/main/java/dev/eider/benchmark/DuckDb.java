package dev.eider.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.arrow.c.ArrowArrayStream;
import org.apache.arrow.c.Data;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBResultSet;

/** DuckDB in this process, without Eider: the limit to measure against. Confined to one thread. */
final class DuckDb implements AutoCloseable {
    private final DuckDBConnection connection;

    DuckDb(int threads, String memoryLimit) throws SQLException {
        this(threads, memoryLimit, Map.of());
    }

    private DuckDb(int threads, String memoryLimit, Map<String, String> settings) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("jdbc_stream_results", "true");
        properties.putAll(settings);
        connection = DriverManager.getConnection("jdbc:duckdb:", properties).unwrap(DuckDBConnection.class);
        execute("SET TimeZone = 'UTC'");
        execute("SET threads = " + threads);
        execute("SET memory_limit = '" + memoryLimit + "'");
    }

    /**
     * Opens an engine that reads Iceberg tables by itself if its extension, signed or not, lies below a directory: in
     * {@code VERSION/PLATFORM}, as DuckDB lays it out. None is fetched.
     */
    static DuckDb open(int threads, String memoryLimit, Optional<Path> extensions) throws SQLException {
        if (extensions.isEmpty()) {
            return new DuckDb(threads, memoryLimit);
        }
        DuckDb opened = new DuckDb(threads, memoryLimit, Map.of("allow_unsigned_extensions", "true"));
        opened.execute("SET autoinstall_known_extensions = false");
        opened.execute("SET extension_directory = '" + extensions.get() + "'");
        opened.execute("LOAD avro");
        opened.execute("LOAD iceberg");
        return opened;
    }

    /** Returns whether {@code iceberg_scan} is there. */
    boolean readsIceberg() throws SQLException {
        return !single("SELECT count(*) FROM duckdb_functions() WHERE function_name = 'iceberg_scan'")
                .equals("0");
    }

    private DuckDb(DuckDBConnection connection) {
        this.connection = connection;
    }

    /** Returns another connection to the same engine, for another thread; the caller closes it. */
    DuckDb another() throws SQLException {
        return new DuckDb(connection.duplicate().unwrap(DuckDBConnection.class));
    }

    static String version() {
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
            return connection.getMetaData().getDatabaseProductVersion();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Returns the only cell of a result. */
    String single(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Returns a result whose columns are whole numbers. */
    List<long[]> numbers(String sql) throws SQLException {
        List<long[]> result = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                long[] row = new long[columns];
                for (int i = 0; i < columns; i++) {
                    row[i] = rows.getLong(i + 1);
                }
                result.add(row);
            }
        }
        return result;
    }

    /** Runs {@code sql} over an Arrow stream that it calls {@code arrow_rows}. */
    void consume(ArrowReader rows, BufferAllocator allocator, String sql) throws SQLException {
        try (ArrowArrayStream stream = ArrowArrayStream.allocateNew(allocator)) {
            Data.exportArrayStream(allocator, rows, stream);
            connection.registerArrowStream("arrow_rows", stream);
            execute(sql);
        }
    }

    /** Returns a result as a stream; the caller closes it before it asks for another. */
    ArrowReader reader(String sql, BufferAllocator allocator) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        return (ArrowReader)
                statement.executeQuery().unwrap(DuckDBResultSet.class).arrowExportStream(allocator, 65_536);
    }

    /** Hands every batch of a result to {@code drain}. */
    void stream(String sql, BufferAllocator allocator, Drain drain) throws SQLException, IOException {
        stream(sql, allocator, drain::add);
    }

    /** Hands every batch of a result to {@code taker}, which does not keep it. */
    void stream(String sql, BufferAllocator allocator, Consumer<VectorSchemaRoot> taker)
            throws SQLException, IOException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                DuckDBResultSet result = statement.executeQuery().unwrap(DuckDBResultSet.class);
                ArrowReader reader = (ArrowReader) result.arrowExportStream(allocator, 65_536)) {
            while (reader.loadNextBatch()) {
                taker.accept(reader.getVectorSchemaRoot());
            }
        }
    }

    /** Returns a {@code read_parquet} over these very files. */
    static String readParquet(List<Path> files) {
        return files.stream()
                .map(file -> "'" + file.toString().replace("'", "''") + "'")
                .collect(Collectors.joining(", ", "read_parquet([", "])"));
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
