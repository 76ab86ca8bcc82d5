package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.storage.BucketAccess;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    private final Loaded loaded;
    private final PlanText plans;

    private EngineInstance(
            DuckDBConnection first, TempDirectory temp, ScanFunctions scans, Loaded loaded, PlanText plans) {
        this.first = first;
        this.temp = temp;
        this.scans = scans;
        this.loaded = loaded;
        this.plans = plans;
    }

    /**
     * What was loaded into an instance.
     *
     * @param extensions those that read tables by themselves
     * @param httpfs what became of the one that reads buckets; nothing if it was not to be loaded
     * @param secret present if it is usable
     */
    private record Loaded(
            List<ExtensionStatus> extensions, Optional<ExtensionStatus> httpfs, Optional<BucketSecret> secret) {}

    /**
     * Starts an instance that may touch files below the given directories only.
     *
     * @param buckets what else it may read, if it can
     */
    static EngineInstance start(EngineConfig config, List<Path> directories, Optional<BucketAccess> buckets) {
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
            Loaded loaded;
            try (Statement statement = first.createStatement()) {
                scans.register(first);
                loaded = load(config.extensions(), buckets, first);
                statement.execute("COPY (SELECT 0 AS nothing WHERE false) TO %s (FORMAT parquet)"
                        .formatted(SqlText.quoteLiteral(
                                temp.path().resolve(NO_ROWS).toString())));
                GrowthLimits.install(first);
                KeywordFunctions.install(first);
                for (String setting : settings(config, temp.path(), directories, loaded.secret())) {
                    statement.execute(setting);
                }
            } catch (SQLException | RuntimeException e) {
                first.close();
                throw e;
            }
            List<Path> hidden = new ArrayList<>(directories);
            hidden.add(temp.path());
            hidden.add(config.tempDirectory().toAbsolutePath().normalize());
            return new EngineInstance(first, temp, scans, loaded, new PlanText(hidden));
        } catch (SQLException e) {
            temp.close();
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION, "The query engine does not start: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            temp.close();
            throw e;
        }
    }

    private static Loaded load(ExtensionConfig config, Optional<BucketAccess> buckets, DuckDBConnection instance)
            throws SQLException {
        Extensions.neverFetch(instance);
        if (config.directory().isEmpty()) {
            return new Loaded(List.of(), Optional.empty(), Optional.empty());
        }
        Extensions extensions = Extensions.in(config.directory().get(), instance);
        List<ExtensionStatus> tables = extensions.load();
        if (buckets.isEmpty()) {
            return new Loaded(tables, Optional.empty(), Optional.empty());
        }
        ExtensionStatus httpfs = extensions.load("httpfs");
        return new Loaded(
                tables, Optional.of(httpfs), httpfs.usable() ? buckets.map(BucketSecret::new) : Optional.empty());
    }

    /** The order matters: directories cannot be allowed after external access is off, nothing after the lock. */
    private static List<String> settings(
            EngineConfig config, Path temp, List<Path> directories, Optional<BucketSecret> secret) {
        String allowed = Stream.concat(
                        directories.stream().map(directory -> directory + "/"),
                        secret.stream().flatMap(buckets -> buckets.scopes().stream()))
                .map(SqlText::quoteLiteral)
                .collect(Collectors.joining(", ", "[", "]"));
        List<String> settings =
                new ArrayList<>(secret.map(BucketSecret::settings).orElse(List.of()));
        settings.addAll(List.of(
                "SET TimeZone = 'UTC'",
                "SET memory_limit = '" + config.memoryLimitBytes() + "B'",
                "SET threads = " + config.threads(),
                "SET temp_directory = " + SqlText.quoteLiteral(temp.toString()),
                "SET max_temp_directory_size = '" + config.maxTempBytes() + "B'",
                "SET allow_persistent_secrets = false",
                "SET enable_progress_bar = false",
                "SET allowed_directories = " + allowed,
                "SET enable_external_access = false",
                "SET lock_configuration = true"));
        return settings;
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
        return loaded.extensions();
    }

    Optional<ExtensionStatus> httpfs() {
        return loaded.httpfs();
    }

    /** Tells the instance the keys of buckets that are valid now. */
    void refreshKeys() {
        loaded.secret().ifPresent(secret -> secret.refresh(first));
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
