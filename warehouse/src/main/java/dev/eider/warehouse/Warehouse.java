package dev.eider.warehouse;

import dev.eider.warehouse.read.BoundQuery;
import dev.eider.warehouse.read.QueryRun;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.statement.UpdateResult;
import dev.eider.warehouse.write.TableAppender;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A lakehouse in one object: tables in, SQL out, no network.
 *
 * <p>Thread-safe. Whoever opens it closes it, after its appends and queries have ended. Every method throws {@code
 * EiderException} and nothing else that a caller could act on.
 */
public final class Warehouse implements AutoCloseable {

    /** Opens the catalog, creating it and the warehouse directory if they are missing; the allocator stays the caller's. */
    public static Warehouse open(WarehouseConfig config, BufferAllocator allocator) {
        throw new UnsupportedOperationException();
    }

    /** Returns what appends rows to tables. */
    public TableAppender appender() {
        throw new UnsupportedOperationException();
    }

    /** Decides what {@code sql} is and binds it if it is a query; runs nothing. */
    public SqlStatement prepare(String sql) {
        throw new UnsupportedOperationException();
    }

    /** Runs a statement that changes something. */
    public UpdateResult execute(SqlStatement.Update update) {
        throw new UnsupportedOperationException();
    }

    /** Binds the reading of one whole table at its current snapshot. */
    public BoundQuery bindTable(TableIdentifier table) {
        throw new UnsupportedOperationException();
    }

    /** Restores a bound query from {@link BoundQuery#toTicket()}; the text is checked like any other. */
    public BoundQuery fromTicket(String ticket) {
        throw new UnsupportedOperationException();
    }

    /** Starts a bound query; the caller closes the run. */
    public QueryRun run(BoundQuery query, BufferAllocator allocator) {
        throw new UnsupportedOperationException();
    }

    /** Lists all tables, ordered by name. */
    public List<TableListing> tables() {
        throw new UnsupportedOperationException();
    }

    /** Lists the kept snapshots of a table, oldest first. */
    public List<SnapshotListing> snapshots(TableIdentifier table) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
