package dev.eider.warehouse.engine;

import java.sql.SQLException;
import org.duckdb.DuckDBAppender;

/**
 * Fills a temporary table of one connection, in the engine's memory and under its limit. Confined to one thread; the
 * rows are there once it is closed, and until the connection is.
 */
public final class TemporaryTable implements AutoCloseable {
    /** What is appended waits in memory that no limit counts. */
    private static final long MAX_WAITING_BYTES = 4L << 20;

    private final DuckDBAppender appender;
    private long waitingBytes;

    TemporaryTable(DuckDBAppender appender) {
        this.appender = appender;
    }

    /** Appends a row of two BIGINT. */
    public void append(long first, long second) {
        try {
            appender.beginRow().append(first).append(second).endRow();
            appended(2 * Long.BYTES);
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        }
    }

    /** Appends a row of a BIGINT and a BLOB. */
    public void append(long first, byte[] second) {
        try {
            appender.beginRow().append(first).append(second).endRow();
            appended(Long.BYTES + second.length);
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        }
    }

    private void appended(long bytes) throws SQLException {
        waitingBytes += bytes;
        if (waitingBytes >= MAX_WAITING_BYTES) {
            appender.flush();
            waitingBytes = 0;
        }
    }

    @Override
    public void close() {
        try {
            appender.close();
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        }
    }
}
