package dev.eider.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;

/**
 * Reads a Parquet file, or some of its rows, as a stream of Arrow batches, without ever holding all of it.
 *
 * <p>Confined to one thread; one stream at a time. Whoever opens it closes it, after the stream.
 */
public final class ParquetFile implements AutoCloseable {
    /** Rows of one batch: large ones cost the least, and larger ones no longer gain. */
    private static final long BATCH_ROWS = 122_880;

    /** Arrow wraps what DuckDB says of a stream that fails. */
    private static final Pattern ARROW_MESSAGE =
            Pattern.compile("CDataJniException\\{errno=-?\\d+, message=(.*)\\}$", Pattern.DOTALL);

    private final Path path;
    private final Connection connection;
    private final Statement statement;

    private ParquetFile(Path path, Connection connection, Statement statement) {
        this.path = path;
        this.connection = connection;
        this.statement = statement;
    }

    /** Opens a file; throws {@link IOException} with one sentence if it is missing or no Parquet. */
    public static ParquetFile open(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException(path + (Files.exists(path) ? " is not a file" : " does not exist"));
        }
        requireParquet(path);
        Properties settings = new Properties();
        // Without this DuckDB would first collect the whole result in memory.
        settings.setProperty("jdbc_stream_results", "true");
        try {
            Connection connection = DriverManager.getConnection("jdbc:duckdb:", settings);
            return new ParquetFile(path, connection, connection.createStatement());
        } catch (SQLException e) {
            throw unreadable(path, e);
        }
    }

    /** Every Parquet file begins and ends with the same four bytes; those of an encrypted one are others. */
    private static void requireParquet(Path path) throws IOException {
        byte[] first;
        try (InputStream file = Files.newInputStream(path)) {
            first = file.readNBytes(4);
        }
        String magic = new String(first, StandardCharsets.US_ASCII);
        if (!magic.equals("PAR1") && !magic.equals("PARE")) {
            throw new IOException(
                    path + " is not a Parquet file, and no other kind can be ingested yet. DuckDB makes one"
                            + " of a CSV or JSON file: COPY (FROM 'rows.csv') TO 'rows.parquet'");
        }
    }

    /** Returns how many rows the file says that it has. */
    public long rows() throws IOException {
        String sql = "SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata(" + literal() + ")";
        try (ResultSet result = statement.executeQuery(sql)) {
            return result.next() ? result.getLong(1) : 0;
        } catch (SQLException e) {
            throw unreadable(path, e);
        }
    }

    /** Streams all rows in the file's order; the caller closes the reader before the file. */
    public ArrowReader stream(BufferAllocator allocator) throws IOException {
        return stream(allocator, "true");
    }

    /** Streams the rows that meet a condition, which is SQL of the program's own, never a user's. */
    public ArrowReader stream(BufferAllocator allocator, String condition) throws IOException {
        String sql = "SELECT * FROM read_parquet(" + literal() + ") WHERE " + condition;
        try {
            DuckDBResultSet result = (DuckDBResultSet) statement.executeQuery(sql);
            return (ArrowReader) result.arrowExportStream(allocator, BATCH_ROWS);
        } catch (SQLException e) {
            throw unreadable(path, e);
        }
    }

    private String literal() {
        return "'" + path.toString().replace("'", "''") + "'";
    }

    /** Names the file in an error that a stream of it threw. */
    public IOException unreadable(UncheckedIOException e) {
        Throwable cause = e.getCause();
        if (cause instanceof IOException known
                && String.valueOf(known.getMessage()).startsWith(path + " cannot be read")) {
            return known;
        }
        return unreadable(path, e);
    }

    private static IOException unreadable(Path path, Exception e) {
        String message = String.valueOf(e.getMessage());
        Matcher wrapped = ARROW_MESSAGE.matcher(message);
        String reason = (wrapped.find() ? wrapped.group(1) : message)
                .lines()
                .findFirst()
                .orElse("");
        return new IOException(path + " cannot be read as Parquet: " + reason, e);
    }

    @Override
    public void close() throws IOException {
        try (connection) {
            statement.close();
        } catch (SQLException e) {
            throw unreadable(path, e);
        }
    }
}
