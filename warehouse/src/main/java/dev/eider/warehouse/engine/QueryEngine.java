package dev.eider.warehouse.engine;

import dev.eider.warehouse.storage.BucketAccess;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * DuckDB for a warehouse, bounded in memory and threads, and shut off from the host before the first statement of a
 * caller.
 *
 * <p>It is two instances. One shares its threads among all statements. The other has none: its statements run on the
 * thread that asks for them, which suits those that are too small to be worth sharing, because a thread that waits for
 * others of its instance does so by spinning.
 *
 * <p>Thread-safe. Every request takes a connection of its own ({@link #connect()}) and closes it; whoever opens the
 * engine closes it after the last of them.
 */
public final class QueryEngine implements AutoCloseable {
    /** Writing a group of 32 MB was seen to take 79. */
    private static final long MEMORY_FOR_A_BYTE = 4;

    private static final long LEAST_MEMORY = 1L << 20;

    private final EngineInstance shared;
    private final EngineInstance serial;
    /** What the open connections of the instance without threads leave of its memory. */
    private final AtomicLong serialMemory;

    private final Interrupter interrupter = new Interrupter();
    private final SyntaxSessions syntax;
    private final ParsedQueries parsed;

    private QueryEngine(EngineInstance shared, EngineInstance serial, long serialMemory) {
        this.shared = shared;
        this.serial = serial;
        this.serialMemory = new AtomicLong(serialMemory);
        this.syntax = new SyntaxSessions(shared);
        this.parsed = new ParsedQueries(syntax);
    }

    /**
     * Starts an engine that may touch files below the given directories only.
     *
     * @param directories what {@code read_parquet} and {@code COPY} may reach; callers' SQL is gated before that
     */
    public static QueryEngine open(EngineConfig config, List<Path> directories) {
        return open(config, directories, Optional.empty());
    }

    /**
     * Starts an engine that may touch files below the given directories only.
     *
     * @param buckets what else it may read, if its extension for that can be loaded
     */
    public static QueryEngine open(EngineConfig config, List<Path> directories, Optional<BucketAccess> buckets) {
        EngineInstance shared = EngineInstance.start(config.shared(), directories, buckets);
        try {
            EngineConfig serial = config.serial();
            // What is small enough for it is never left in a bucket.
            EngineInstance alone = EngineInstance.start(serial, directories, Optional.empty());
            return new QueryEngine(shared, alone, serial.memoryLimitBytes());
        } catch (RuntimeException e) {
            shared.close();
            throw e;
        }
    }

    /**
     * Returns a Parquet file without rows, and without columns that a table could have.
     *
     * <p>A scan with an explicit schema over one file runs on one thread, over two files on all: reading this one beside
     * it halves the time on two cores.
     */
    public Path fileWithoutRows() {
        return shared.fileWithoutRows();
    }

    /** Returns what became of the extensions that read tables; nothing if the engine was to load none. */
    public List<ExtensionStatus> extensions() {
        return shared.extensions();
    }

    /** Returns what became of the extension that reads buckets; nothing if the engine was not to load it. */
    public Optional<ExtensionStatus> httpfs() {
        return shared.httpfs();
    }

    /** Returns whether the connections of {@link #connect()} can read files in buckets. */
    public boolean readsBuckets() {
        return shared.httpfs().filter(ExtensionStatus::usable).isPresent();
    }

    /** Tells the engine the keys of buckets that are valid now: it has none before, so each time before files are read there. */
    public void refreshKeys() {
        shared.refreshKeys();
    }

    /** Returns a new connection; the caller closes it. */
    public EngineConnection connect() {
        return connect(new Cancellation());
    }

    /** Returns a new connection that {@code cancellation} stops; the caller closes it. */
    public EngineConnection connect(Cancellation cancellation) {
        return connect(shared, cancellation);
    }

    /**
     * Returns a new connection whose statements run on the calling thread alone, unless those that are open take the
     * memory of their instance; the caller closes it.
     *
     * <p>Its statements can run out of memory all the same: they may be tried again on a connection of the other kind.
     *
     * @param bytes what its statements read
     */
    public Optional<EngineConnection> connectSerial(long bytes) {
        long needed = Math.max(LEAST_MEMORY, bytes * MEMORY_FOR_A_BYTE);
        if (serialMemory.addAndGet(-needed) < 0) {
            serialMemory.addAndGet(needed);
            return Optional.empty();
        }
        try {
            EngineConnection connection = connect(serial, new Cancellation());
            connection.own(() -> serialMemory.addAndGet(needed));
            return Optional.of(connection);
        } catch (RuntimeException e) {
            serialMemory.addAndGet(needed);
            throw e;
        }
    }

    private EngineConnection connect(EngineInstance instance, Cancellation cancellation) {
        try {
            EngineConnection connection = new EngineConnection(
                    instance.connect(), interrupter, parsed, instance.scans(), instance.plans(), cancellation);
            cancellation.add(connection);
            return connection;
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        }
    }

    @Override
    public void close() {
        interrupter.close();
        try (shared;
                serial) {
            syntax.close();
        }
    }
}
