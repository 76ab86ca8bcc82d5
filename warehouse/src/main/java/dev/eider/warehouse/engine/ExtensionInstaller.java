package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * Fetches extensions with DuckDB's own {@code INSTALL}, and tries those of this host: for an operator's command, never
 * for a running gateway.
 *
 * <p>Works in a DuckDB instance of its own, which runs no caller's SQL. Stateless.
 */
public final class ExtensionInstaller {
    private ExtensionInstaller() {}

    /** Tries to load every extension that Eider uses, fetching nothing. */
    public static List<ExtensionStatus> status(ExtensionConfig config) {
        try (Connection connection = connect(config)) {
            return Extensions.in(directory(config), connection).status();
        } catch (SQLException e) {
            throw EngineErrors.translate(e);
        }
    }

    /**
     * Fetches every extension that Eider uses and this host lacks, or has in a form that does not load.
     *
     * @param repository a directory or URL that is laid out like DuckDB's own repository; nothing for that one
     * @return what is there now, in the order of {@link #status}
     * @throws EiderException if one cannot be fetched, or is fetched and does not load
     */
    public static List<ExtensionStatus> install(ExtensionConfig config, Optional<String> repository) {
        Path directory = directory(config);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new EiderException(ErrorCode.STORAGE_FAILED, "Cannot create the directory " + directory, e);
        }
        for (ExtensionStatus found : status(config)) {
            if (!found.usable()) {
                fetch(config, found, repository);
            }
        }
        List<ExtensionStatus> now = status(config);
        for (ExtensionStatus extension : now) {
            if (!extension.usable()) {
                throw new EiderException(
                        ErrorCode.STORAGE_FAILED,
                        "The extension %s was fetched to %s and does not load: %s"
                                .formatted(extension.name(), extension.path(), extension.problem()));
            }
        }
        return now;
    }

    private static void fetch(ExtensionConfig config, ExtensionStatus missing, Optional<String> repository) {
        String from =
                repository.map(place -> " FROM " + SqlText.quoteLiteral(place)).orElse("");
        try (Connection connection = connect(config)) {
            Extensions.in(directory(config), connection);
            // By force: what is there and does not load is replaced; nothing is lost if the new one does not arrive.
            Extensions.execute(connection, "FORCE INSTALL " + missing.name() + from);
        } catch (SQLException e) {
            throw new EiderException(
                    ErrorCode.STORAGE_FAILED,
                    "The extension %s cannot be fetched: %s. On a host without network, copy its file to %s"
                            .formatted(missing.name(), Extensions.firstLine(e), missing.path()),
                    e);
        }
    }

    private static Path directory(ExtensionConfig config) {
        return config.directory()
                .orElseThrow(() -> new EiderException(
                        ErrorCode.INVALID_CONFIGURATION, "No directory of extensions is configured"));
    }

    private static Connection connect(ExtensionConfig config) throws SQLException {
        Properties properties = new Properties();
        if (config.allowUnsigned()) {
            properties.setProperty("allow_unsigned_extensions", "true");
        }
        return DriverManager.getConnection("jdbc:duckdb:", properties);
    }
}
