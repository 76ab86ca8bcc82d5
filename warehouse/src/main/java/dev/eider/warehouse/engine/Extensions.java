package dev.eider.warehouse.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Loads extensions into one DuckDB instance, from files on this host only.
 *
 * <p>Confined to whoever opens the instance, before a caller's first statement: once the instance is shut off from the
 * host, nothing can be loaded into it. An extension that does not load is a status, not an error.
 */
final class Extensions {
    /** What an engine loads to read tables, in the order of loading: what {@code iceberg} lacks, it would look for by itself. */
    static final List<String> LOADED = List.of("avro", "iceberg");

    /** What an operator can fetch: also {@code httpfs}, with which an engine reads buckets. */
    private static final List<String> OFFERED = List.of("avro", "httpfs", "iceberg");

    /** What Eider uses of DuckDB and comes with its driver. */
    private static final List<String> BUILT_IN = List.of("icu", "json", "parquet");

    private static final List<String> NEVER_FETCH = List.of(
            "SET autoinstall_known_extensions = false",
            "SET autoload_known_extensions = false",
            "SET allow_community_extensions = false");

    private final Connection connection;
    private final Path files;

    private Extensions(Connection connection, Path files) {
        this.connection = connection;
        this.files = files;
    }

    /** Points an instance at a directory of extensions, and keeps it from fetching any by itself; it stays the caller's. */
    static Extensions in(Path directory, Connection connection) throws SQLException {
        neverFetch(connection);
        execute(connection, "SET extension_directory = " + SqlText.quoteLiteral(directory.toString()));
        String version = single(connection, "SELECT library_version FROM pragma_version()")
                .orElseThrow();
        String platform = single(connection, "PRAGMA platform").orElseThrow();
        return new Extensions(connection, directory.resolve(version).resolve(platform));
    }

    /** Keeps an instance from fetching extensions by itself. */
    static void neverFetch(Connection connection) throws SQLException {
        for (String setting : NEVER_FETCH) {
            execute(connection, setting);
        }
    }

    /** Loads what Eider uses, as far as it is there. */
    List<ExtensionStatus> load() throws SQLException {
        return load(LOADED);
    }

    /** Loads what an operator can fetch, and tells of it together with what is built in. */
    List<ExtensionStatus> status() throws SQLException {
        List<ExtensionStatus> statuses = load(OFFERED);
        for (String name : BUILT_IN) {
            boolean loaded = single(
                            connection,
                            "SELECT 'yes' FROM duckdb_extensions() WHERE loaded AND extension_name = "
                                    + SqlText.quoteLiteral(name))
                    .isPresent();
            statuses.add(new ExtensionStatus(
                    name, "", "(built in)", loaded, loaded ? "" : "missing from this build of DuckDB"));
        }
        return statuses;
    }

    /** Returns what DuckDB says went wrong, without its advice. */
    static String firstLine(SQLException error) {
        return String.valueOf(error.getMessage()).lines().findFirst().orElse("no reason given");
    }

    private List<ExtensionStatus> load(List<String> names) throws SQLException {
        List<ExtensionStatus> statuses = new ArrayList<>();
        for (String name : names) {
            statuses.add(load(name));
        }
        return statuses;
    }

    /** Loads one, if it is there. */
    ExtensionStatus load(String name) throws SQLException {
        Path file = files.resolve(name + ".duckdb_extension");
        if (!Files.exists(file)) {
            return new ExtensionStatus(name, "", file.toString(), false, ExtensionStatus.NOT_INSTALLED);
        }
        try {
            execute(connection, "LOAD " + name);
        } catch (SQLException e) {
            return new ExtensionStatus(name, "", file.toString(), false, firstLine(e));
        }
        return new ExtensionStatus(name, versionOf(name), file.toString(), true, "");
    }

    private String versionOf(String name) throws SQLException {
        return single(
                        connection,
                        "SELECT extension_version FROM duckdb_extensions() WHERE extension_name = "
                                + SqlText.quoteLiteral(name))
                .orElse("");
    }

    /** Runs a statement of its own: one that failed is closed, and its driver wraps the error. */
    static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    private static Optional<String> single(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
        }
    }
}
