package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.duckdb.DuckDBConnection;

/**
 * One DuckDB instance of the engine: bounded in memory and threads, and shut off from the host before the first statement
 * of a caller.
 *
 * <p>Thread-safe; closed by whoever started it, after the last of its connections.
 */
final class EngineInstance implements AutoCloseable {
    private static final String NO_ROWS = "no-rows.parquet";

    private final DuckDBConnection first;
    private final TempDirectory temp;
    private final ScanFunctions scans;
    private final List<ExtensionStatus> extensions;
    private final PlanText plans;

    private EngineInstance(
            DuckDBConnection first,
            TempDirectory temp,
            ScanFunctions scans,
            List<ExtensionStatus> extensions,
            PlanText plans) {
        this.first = first;
        this.temp = temp;
        this.scans = scans;
        this.extensions = List.copyOf(extensions);
        this.plans = plans;
    }

    /** Starts an instance that may touch files below the given directories only. */
    static EngineInstance start(EngineConfig config, List<Path> directories) {
        TempDirectory temp = TempDirectory.create(config.tempDirectory());
        Properties properties = new Properties();
        // A result is produced while it is read: inherited by every connection, off it would fill the memory.
        properties.setProperty("jdbc_stream_results", "true");
        if (config.extensions().allowUnsigned()) {
            properties.setProperty("allow_unsigned_extensions", "true");
        }
        try {
            DuckDBConnection first =
                    DriverManager.getConnection("jdbc:duckdb:", properties).unwrap(DuckDBConnection.class);
            ScanFunctions scans = new ScanFunctions();
            List<ExtensionStatus> extensions;
            try (Statement statement = first.createStatement()) {
                scans.register(first);
                extensions = load(config.extensions(), first);
                statement.execute("COPY (SELECT 0 AS nothing WHERE false) TO %s (FORMAT parquet)"
                        .formatted(SqlText.quoteLiteral(
                                temp.path().resolve(NO_ROWS).toString())));
                GrowthLimits.install(first);
                for (String setting : settings(config, temp.path(), directories)) {
                    statement.execute(setting);
                }
            } catch (SQLException e) {
                first.close();
                throw e;
            }
            List<Path> hidden = new ArrayList<>(directories);
            hidden.add(temp.path());
            hidden.add(config.tempDirectory().toAbsolutePath().normalize());
            return new EngineInstance(first, temp, scans, extensions, new PlanText(hidden));
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

    /** Returns a new connection of this instance, which its taker closes. */
    DuckDBConnection connect() throws SQLException {
        return first.duplicate().unwrap(DuckDBConnection.class);
    }

    ScanFunctions scans() {
        return scans;
    }

    PlanText plans() {
        return plans;
    }

    List<ExtensionStatus> extensions() {
        return extensions;
    }

    /** Returns a Parquet file without rows, and without columns that a table could have. */
    Path fileWithoutRows() {
        return temp.path().resolve(NO_ROWS);
    }

    @Override
    public void close() {
        try {
            first.close();
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        } finally {
            temp.close();
        }
    }
}
