package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;

/**
 * The one DuckDB instance of a warehouse: bounded in memory and threads, and shut off from the host before the first
 * statement of a caller.
 *
 * <p>Thread-safe. Every request takes a connection of its own ({@link #connect()}) and closes it; whoever opens the
 * engine closes it after the last of them.
 */
public final class QueryEngine implements AutoCloseable {
    private static final String NO_ROWS = "no-rows.parquet";

    private final DuckDBConnection instance;
    private final TempDirectory temp;
    private final List<ExtensionStatus> extensions;
    private final Interrupter interrupter = new Interrupter();
    private final ParsedQueries parsed = new ParsedQueries();

    private final ScanFunctions scans;
    private final PlanText plans;

    private QueryEngine(
            DuckDBConnection instance,
            TempDirectory temp,
            ScanFunctions scans,
            List<ExtensionStatus> extensions,
            PlanText plans) {
        this.instance = instance;
        this.temp = temp;
        this.scans = scans;
        this.extensions = List.copyOf(extensions);
        this.plans = plans;
    }

    /**
     * Starts an instance that may touch files below the given directories only.
     *
     * @param directories what {@code read_parquet} and {@code COPY} may reach; callers' SQL is gated before that
     */
    public static QueryEngine open(EngineConfig config, List<Path> directories) {
        TempDirectory temp = TempDirectory.create(config.tempDirectory());
        Properties properties = new Properties();
        // A result is produced while it is read: inherited by every connection, off it would fill the memory.
        properties.setProperty("jdbc_stream_results", "true");
        if (config.extensions().allowUnsigned()) {
            properties.setProperty("allow_unsigned_extensions", "true");
        }
        try {
            DuckDBConnection instance =
                    DriverManager.getConnection("jdbc:duckdb:", properties).unwrap(DuckDBConnection.class);
            ScanFunctions scans = new ScanFunctions();
            List<ExtensionStatus> extensions;
            try (Statement statement = instance.createStatement()) {
                scans.register(instance);
                extensions = load(config.extensions(), instance);
                statement.execute("COPY (SELECT 0 AS nothing WHERE false) TO %s (FORMAT parquet)"
                        .formatted(SqlText.quoteLiteral(
                                temp.path().resolve(NO_ROWS).toString())));
                GrowthLimits.install(instance);
                for (String setting : settings(config, temp.path(), directories)) {
                    statement.execute(setting);
                }
            } catch (SQLException e) {
                instance.close();
                throw e;
            }
            List<Path> hidden =
                    Stream.concat(directories.stream(), Stream.of(temp.path())).toList();
            return new QueryEngine(instance, temp, scans, extensions, new PlanText(hidden));
        } catch (SQLException e) {
            temp.close();
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION, "The query engine does not start: " + e.getMessage(), e);
        }
    }

    private static List<ExtensionStatus> load(ExtensionConfig config, DuckDBConnection instance) throws SQLException {
        Extensions.neverFetch(instance);
        return config.directory().isEmpty()
                ? List.of()
                : Extensions.in(config.directory().get(), instance).load();
    }

    /** The order matters: directories cannot be allowed after external access is off, nothing after the lock. */
    private static List<String> settings(EngineConfig config, Path temp, List<Path> directories) {
        String allowed = directories.stream()
                .map(directory -> SqlText.quoteLiteral(directory + "/"))
                .collect(Collectors.joining(", ", "[", "]"));
        return List.of(
                "SET TimeZone = 'UTC'",
                "SET memory_limit = '" + config.memoryLimitBytes() + "B'",
                "SET threads = " + config.threads(),
                "SET temp_directory = " + SqlText.quoteLiteral(temp.toString()),
                "SET max_temp_directory_size = '" + config.maxTempBytes() + "B'",
                "SET allow_persistent_secrets = false",
                "SET enable_progress_bar = false",
                "SET allowed_directories = " + allowed,
                "SET enable_external_access = false",
                "SET lock_configuration = true");
    }

    /**
     * Returns a Parquet file without rows, and without columns that a table could have.
     *
     * <p>A scan with an explicit schema over one file runs on one thread, over two files on all: reading this one beside
     * it halves the time on two cores.
     */
    public Path fileWithoutRows() {
        return temp.path().resolve(NO_ROWS);
    }

    /** Returns what became of the extensions that the instance may use; nothing if it was to load none. */
    public List<ExtensionStatus> extensions() {
        return extensions;
    }

    /** Returns a new connection of this instance; the caller closes it. */
    public EngineConnection connect() {
        return connect(new Cancellation());
    }

    /** Returns a new connection that {@code cancellation} stops; the caller closes it. */
    public EngineConnection connect(Cancellation cancellation) {
        try {
            DuckDBConnection own = instance.duplicate().unwrap(DuckDBConnection.class);
            EngineConnection connection = new EngineConnection(own, interrupter, parsed, scans, plans, cancellation);
            cancellation.add(connection);
            return connection;
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        }
    }

    @Override
    public void close() {
        interrupter.close();
        try {
            instance.close();
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        } finally {
            temp.close();
        }
    }
}
