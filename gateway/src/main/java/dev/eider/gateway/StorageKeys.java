package dev.eider.gateway;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.ConfigKey.Fallback;
import dev.eider.warehouse.storage.S3Config;
import dev.eider.warehouse.storage.S3Config.Credentials;
import dev.eider.warehouse.storage.S3Config.Encryption;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The settings of storage, each declared once, and what they make together. */
final class StorageKeys {
    private static final long MB = 1L << 20;
    private static final List<String> ENCRYPTIONS = List.of("none", "s3", "kms", "dsse-kms", "custom");
    private static final ValueType<String> ENCRYPTION = new ValueType<>(
            "none, s3, kms, dsse-kms or custom", "none, s3, kms, dsse-kms or custom", StorageKeys::encryption);

    static final ConfigKey<List<String>> ALLOWED_LOCATIONS = ConfigKey.computed(
            "storage.allowed-locations",
            ValueType.LIST,
            "none but the warehouse",
            settings -> List.of(),
            "Further directories and `s3://bucket/prefix` that tables may lie in. Change it to serve tables that other"
                    + " engines keep elsewhere.");
    static final ConfigKey<Boolean> ADOPT_WAREHOUSE = ConfigKey.of(
            "storage.adopt-warehouse",
            ValueType.SWITCH,
            "false",
            "Whether to take over a warehouse that carries the mark of another catalog, or has lost its own. Set it for one"
                    + " start, after a catalog or a warehouse was replaced on purpose: gateways over the other catalog stop"
                    + " writing there.");
    static final ConfigKey<Optional<String>> S3_ENDPOINT = text(
            "storage.s3.endpoint",
            "Amazon's own",
            "URL of a server of the S3 protocol, such as `http://127.0.0.1:9000`. Set it for MinIO and others.");
    static final ConfigKey<Optional<String>> S3_REGION = text(
            "storage.s3.region",
            "what the environment, the profile or the instance says; `us-east-1` with an endpoint",
            "Region of the buckets. Set it where nothing else says it.");
    static final ConfigKey<Boolean> S3_PATH_STYLE = ConfigKey.computed(
            "storage.s3.path-style",
            ValueType.SWITCH,
            "true with an endpoint, false without",
            settings -> settings.get(S3_ENDPOINT).isPresent(),
            "Whether the bucket is a part of the path, not of the host's name. Set it to false for endpoints that resolve"
                    + " `bucket.host`.");
    static final ConfigKey<Optional<String>> S3_ACCESS_KEY_ID = text(
            "storage.s3.access-key-id",
            "the SDK's chain: environment, web identity, profile, container, instance",
            "Access key of the buckets. Set it, with the secret key, where the chain finds none.");
    static final ConfigKey<Optional<Secret>> S3_SECRET_ACCESS_KEY =
            secret("storage.s3.secret-access-key", "Secret key that belongs to `storage.s3.access-key-id`.");
    static final ConfigKey<Optional<Secret>> S3_SESSION_TOKEN =
            secret("storage.s3.session-token", "Session token of keys that are lent for a while.");
    static final ConfigKey<Optional<String>> S3_PROFILE = text(
            "storage.s3.profile",
            "`AWS_PROFILE`, or `default`",
            "Profile of the shared AWS configuration files. Set it where several accounts are configured.");
    static final ConfigKey<String> S3_SSE_TYPE = ConfigKey.of(
            "storage.s3.sse-type",
            ENCRYPTION,
            "none",
            "Encryption that the server is asked for: `none` leaves it to the bucket, `custom` is by a key of your own.");
    static final ConfigKey<Optional<Secret>> S3_SSE_KEY =
            secret("storage.s3.sse-key", "Id of the key for `kms` and `dsse-kms`, or the key in base64 for `custom`.");
    static final ConfigKey<Optional<String>> S3_SSE_MD5 =
            text("storage.s3.sse-md5", "none", "MD5 of the key in base64, for `custom`.");
    static final ConfigKey<Long> S3_PART_SIZE = ConfigKey.of(
            "storage.s3.part-size",
            ValueType.size(5 * MB, 2047 * MB),
            "32MB",
            "Size of the parts in which files larger than one and a half of them are sent. Raise it for fewer requests.");
    static final ConfigKey<Long> S3_MAX_ATTEMPTS = ConfigKey.of(
            "storage.s3.max-attempts",
            ValueType.number(1, 100),
            "5",
            "How often a request is sent, with growing pauses of up to 20 s, until it counts as failed. Raise it for servers"
                    + " that often ask to slow down.");
    static final ConfigKey<StorageConfig.Reads> S3_READS = ConfigKey.of(
            "storage.s3.reads",
            new ValueType<>("auto, cached or direct", "auto, cached or direct", StorageKeys::reads),
            "auto",
            "How queries read files in buckets. `direct` leaves them there, by DuckDB's extension httpfs. `cached` brings"
                    + " them here first. `auto`, with the extension, leaves large files there until a second query asks for"
                    + " them, and those of queries that read more than the cache may hold; without, it is `cached`.");
    static final ConfigKey<Path> CACHE_DIRECTORY = ConfigKey.computed(
            "storage.cache.directory",
            ValueType.DIRECTORY,
            "`cache` beside the warehouse directory, or `./eider-data/cache` for a bucket",
            settings -> ConfigKeys.beside(settings, "cache"),
            "Where copies of data files in buckets are kept for the next query, in a directory for each process; files wait"
                    + " there too until they are sent. Change it to use a faster or larger disk.");
    static final ConfigKey<Long> CACHE_SIZE = ConfigKey.of(
            "storage.cache.size",
            ValueType.size(0, Long.MAX_VALUE),
            "10GB",
            "How much is kept of buckets. A query that has to bring more here at once is answered TOO_LARGE. 0 keeps no file"
                    + " longer than a query reads it, and knows no limit.");

    /** In the order of the reference. */
    static final List<ConfigKey<?>> ALL = List.of(
            ALLOWED_LOCATIONS,
            ADOPT_WAREHOUSE,
            S3_ENDPOINT,
            S3_REGION,
            S3_PATH_STYLE,
            S3_ACCESS_KEY_ID,
            S3_SECRET_ACCESS_KEY,
            S3_SESSION_TOKEN,
            S3_PROFILE,
            S3_SSE_TYPE,
            S3_SSE_KEY,
            S3_SSE_MD5,
            S3_PART_SIZE,
            S3_MAX_ATTEMPTS,
            S3_READS,
            CACHE_DIRECTORY,
            CACHE_SIZE);

    private StorageKeys() {}

    private static ConfigKey<Optional<String>> text(String name, String fallback, String purpose) {
        return new ConfigKey<>(
                name, ValueType.OPTIONAL_TEXT, new Fallback<>(fallback, settings -> Optional.empty()), purpose, false);
    }

    private static ConfigKey<Optional<Secret>> secret(String name, String purpose) {
        return new ConfigKey<>(
                name, ValueType.SECRET, new Fallback<>("none", settings -> Optional.empty()), purpose, true);
    }

    private static StorageConfig.Reads reads(String text) {
        return switch (text) {
            case "auto" -> StorageConfig.Reads.AUTO;
            case "cached" -> StorageConfig.Reads.CACHED;
            case "direct" -> StorageConfig.Reads.DIRECT;
            default -> throw new IllegalArgumentException();
        };
    }

    private static String encryption(String text) {
        if (!ENCRYPTIONS.contains(text)) {
            throw new IllegalArgumentException();
        }
        return text;
    }

    /** Returns what the settings say of storage. */
    static StorageConfig config(Settings settings, String warehouse) {
        return new StorageConfig(
                warehouse,
                settings.get(ALLOWED_LOCATIONS),
                s3(settings),
                new CacheConfig(settings.get(CACHE_DIRECTORY), settings.get(CACHE_SIZE), settings.get(S3_READS)),
                settings.get(ADOPT_WAREHOUSE));
    }

    private static S3Config s3(Settings settings) {
        Encryption encryption = new Encryption(
                settings.get(S3_SSE_TYPE), settings.get(S3_SSE_KEY).map(Secret::value), settings.get(S3_SSE_MD5));
        return new S3Config(
                settings.get(S3_ENDPOINT),
                settings.get(S3_REGION),
                settings.get(S3_PATH_STYLE),
                credentials(settings),
                settings.get(S3_PROFILE),
                encryption,
                settings.get(S3_PART_SIZE),
                Math.toIntExact(settings.get(S3_MAX_ATTEMPTS)));
    }

    private static Optional<Credentials> credentials(Settings settings) {
        Optional<String> id = settings.get(S3_ACCESS_KEY_ID);
        Optional<Secret> secret = settings.get(S3_SECRET_ACCESS_KEY);
        if (id.isPresent() != secret.isPresent()) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "%s is set without %s: both are needed, or neither"
                            .formatted(
                                    id.isPresent() ? S3_ACCESS_KEY_ID.name() : S3_SECRET_ACCESS_KEY.name(),
                                    id.isPresent() ? S3_SECRET_ACCESS_KEY.name() : S3_ACCESS_KEY_ID.name()));
        }
        return id.map(key -> new Credentials(
                key,
                secret.orElseThrow().value(),
                settings.get(S3_SESSION_TOKEN).map(Secret::value)));
    }
}
