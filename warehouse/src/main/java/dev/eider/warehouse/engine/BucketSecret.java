package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.storage.BucketAccess;
import dev.eider.warehouse.storage.S3Config.Credentials;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The keys with which one DuckDB instance reads buckets: for the prefixes of the warehouse, and nothing else.
 *
 * <p>It has none before the first {@link #refresh}. DuckDB keeps them in memory, and shows a caller their id at most. No
 * error quotes them. Thread-safe.
 */
final class BucketSecret {
    /** For a whole request: some of 100 MB, and several over one slow line. */
    private static final int TIMEOUT_SECONDS = 120;

    private static final int FIRST_PAUSE_MILLIS = 100;
    private static final int BACKOFF = 2;

    private final BucketAccess access;
    private @Nullable Credentials known;

    BucketSecret(BucketAccess access) {
        this.access = access;
    }

    /** Returns what to set before the instance is locked. */
    List<String> settings() {
        return List.of(
                "SET http_timeout = " + TIMEOUT_SECONDS,
                "SET http_retries = " + (access.attempts() - 1),
                "SET http_retry_wait_ms = " + FIRST_PAUSE_MILLIS,
                "SET http_retry_backoff = " + BACKOFF,
                "SET enable_global_s3_configuration = false",
                // Names of objects are taken literally. The secret has such an option, too, which does nothing.
                "SET s3_url_compatibility_mode = true",
                // Files never change: what is still in memory of one needs no question.
                "SET validate_external_file_cache = 'NO_VALIDATION'",
                // Into the memory, whatever its size.
                "SET auto_fallback_to_full_download = false");
    }

    /** Returns what the instance may reach, with a slash at the end of each. */
    List<String> scopes() {
        return access.prefixes().stream().map(prefix -> prefix + "/").toList();
    }

    /** Tells the instance the keys that are valid now, unless it knows them. */
    synchronized void refresh(Connection instance) {
        Credentials valid = access.keys().get();
        if (valid.equals(known)) {
            return;
        }
        try {
            Extensions.execute(instance, statement(valid));
        } catch (SQLException quotesIt) {
            throw new EiderException(
                    ErrorCode.INTERNAL,
                    "The query engine does not take the keys of buckets, without which it is of no use");
        }
        known = valid;
    }

    private String statement(Credentials keys) {
        List<String> options = new ArrayList<>(List.of(
                "TYPE s3",
                "PROVIDER config",
                "SCOPE " + scopes().stream().map(SqlText::quoteLiteral).collect(Collectors.joining(", ", "[", "]")),
                option("KEY_ID", keys.accessKeyId()),
                option("SECRET", keys.secretAccessKey()),
                option("REGION", access.region()),
                option("URL_STYLE", access.pathStyle() ? "path" : "vhost")));
        keys.sessionToken().ifPresent(token -> options.add(option("SESSION_TOKEN", token)));
        access.server().ifPresent(server -> {
            options.add(option("ENDPOINT", server.address()));
            options.add("USE_SSL " + server.tls());
        });
        return "CREATE OR REPLACE TEMPORARY SECRET eider_buckets (%s)".formatted(String.join(", ", options));
    }

    private static String option(String name, String value) {
        return name + " " + SqlText.quoteLiteral(value);
    }
}
