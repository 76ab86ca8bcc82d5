package dev.eider.gateway;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.CatalogConfig.Durability;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.HistoryPolicy;
import dev.eider.gateway.ConfigKey.Fallback;
import dev.eider.warehouse.read.ReadConfig;
import dev.eider.warehouse.storage.Locations;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every setting there is, each declared once: defaults, parsing, error messages and the reference page come from here.
 */
final class ConfigKeys {
    private static final long MB = 1L << 20;
    private static final Duration NONE = Duration.ZERO;
    private static final Duration SHORTEST = Duration.ofMillis(1);

    static final ConfigKey<String> SERVER_HOST = ConfigKey.of(
            "server.host",
            ValueType.TEXT,
            "127.0.0.1",
            "Address to listen on. Change it to serve other machines; without authentication that also needs"
                    + " `server.insecure`.");
    static final ConfigKey<Long> SERVER_PORT = ConfigKey.of(
            "server.port",
            ValueType.number(0, 65_535),
            "8815",
            "Port for Flight and Flight SQL. Change it when the port is taken; 0 picks a free one.");
    static final ConfigKey<Boolean> SERVER_INSECURE = ConfigKey.of(
            "server.insecure",
            ValueType.SWITCH,
            "false",
            "Whether to listen beyond this machine without authentication. For closed networks only: whoever reaches the"
                    + " port can read and drop every table.");
    static final ConfigKey<Duration> SERVER_DRAIN_TIMEOUT = ConfigKey.of(
            "server.drain-timeout",
            ValueType.duration(NONE),
            "30s",
            "How long a stopping server lets running calls finish before it cancels them. Change it to match the grace"
                    + " period of whatever restarts the server.");
    static final ConfigKey<String> WAREHOUSE = ConfigKey.of(
            "warehouse",
            ValueType.TEXT,
            "./eider-data/warehouse",
            "Where new tables lie: a directory, a `file:///` URI or `s3://bucket/prefix`. Change it to choose the disk or"
                    + " the bucket that holds the data.");
    static final ConfigKey<String> CATALOG_URI = ConfigKey.computed(
            "catalog.uri",
            ValueType.TEXT,
            "`jdbc:sqlite:` and `catalog.db` beside the warehouse directory, in `./eider-data` for a bucket",
            settings -> "jdbc:sqlite:" + beside(settings, "catalog.db"),
            "JDBC URI of the catalog database, which knows the tables and their current snapshots. Change it to move the"
                    + " catalog to another disk, or to `jdbc:postgresql://host/database` for several gateways over one catalog.");
    static final ConfigKey<String> CATALOG_NAME = ConfigKey.of(
            "catalog.name",
            ValueType.TEXT,
            CatalogConfig.DEFAULT_NAME,
            "Name under which the catalog database keeps its rows. Change it when other Iceberg clients share the database"
                    + " under another name.");
    static final ConfigKey<Optional<String>> CATALOG_USER = new ConfigKey<>(
            "catalog.user",
            ValueType.OPTIONAL_TEXT,
            new Fallback<>("none", settings -> Optional.empty()),
            "User of the catalog database. SQLite has none; set it for a database server.",
            false);
    static final ConfigKey<Durability> DURABILITY = ConfigKey.of(
            "durability",
            ValueType.DURABILITY,
            "full",
            "`full` answers a write only once its files and its commit are on the disk. `fast` leaves that to the operating"
                    + " system: writes are answered sooner, and a power loss can take answered writes, or leave a table"
                    + " unreadable. Choose it for data that can be loaded again.");
    static final ConfigKey<HistoryPolicy> HISTORY_POLICY = ConfigKey.of(
            "history.policy",
            ValueType.HISTORY,
            "newest 100 in 5m, 1m for 2h, 15m for 24h, 1h for 7d",
            "Which snapshots stay in the history of tables that Eider created, and of those whose property"
                    + " `eider.history.policy` is `default`: the newest 100 of a branch within 5 minutes, one a minute for"
                    + " 2 hours, and so on. `all for 10m` keeps every snapshot of that age, `keep` keeps all for ever."
                    + " Change it to travel further back, or for readers of other engines that follow every snapshot.");
    static final ConfigKey<Duration> UPKEEP_METADATA_GRACE = ConfigKey.of(
            "upkeep.metadata-grace",
            ValueType.duration(Duration.ofSeconds(1)),
            "60s",
            "How long a metadata file stays that has left its table's metadata log, where the table lets it be deleted. Raise it"
                    + " for other engines that hold on to old ones.");
    static final ConfigKey<Duration> UPKEEP_FILES_GRACE = ConfigKey.of(
            "upkeep.files-grace",
            ValueType.duration(Duration.ofMinutes(16)),
            "1h",
            "How long files stay that no snapshot refers to any more; longer than tickets live. Raise it for other engines"
                    + " whose queries run longer.");
    static final ConfigKey<Boolean> UPKEEP_REMOVE_DROPPED = ConfigKey.of(
            "upkeep.remove-dropped",
            ValueType.SWITCH,
            "true",
            "Whether the files of a dropped table go after `upkeep.files-grace`, if Eider created it or the drop said purge."
                    + " Switch it off to keep them, for example where dropped tables are registered again.");
    static final ConfigKey<Optional<Secret>> CATALOG_PASSWORD = new ConfigKey<>(
            "catalog.password",
            ValueType.SECRET,
            new Fallback<>("none", settings -> Optional.empty()),
            "Password of the catalog database. SQLite has none; set it for a database server.",
            true);
    static final ConfigKey<Boolean> TABLES_AUTO_CREATE = ConfigKey.of(
            "tables.auto-create",
            ValueType.SWITCH,
            "true",
            "Whether an append may create a missing table from its Arrow schema. Switch it off where only DDL makes tables.");

    static final ConfigKey<ReadConfig.Engine> READ_ENGINE = ConfigKey.of(
            "read.engine",
            ValueType.ENGINE,
            "auto",
            "How tables are presented to DuckDB. `planned` lists the files from Iceberg metadata; `iceberg_scan` has"
                    + " DuckDB's iceberg extension do that, and refuses to start without it; `auto` picks what is right"
                    + " and faster for each table. Tables that the extension reads wrongly are always planned. Change it"
                    + " only to compare.");
    static final ConfigKey<Long> READ_MANIFEST_CACHE = ConfigKey.computed(
            "read.manifest-cache",
            ValueType.size(0, Long.MAX_VALUE),
            "256MB, or if that is less a quarter of the JVM's heap",
            settings -> Math.min(256 * MB, settings.machine().heapBytes() / 4),
            "How much decoded metadata of tables (manifests) is kept in memory for planning queries. Raise it, with the"
                    + " JVM's heap (`-Xmx`), when tables of very many files are queried often.");
    static final ConfigKey<Long> READ_MAX_CONCURRENT = ConfigKey.computed(
            "read.max-concurrent",
            ValueType.number(1, 10_000),
            "4 for each processor, at least 8",
            settings -> Math.max(8L, 4L * settings.machine().processors()),
            "How many queries may run at once. One place in eight, and at least one where there are two, is kept for queries"
                    + " that are sure to be small by their plan (no more than 4,000,000 rows, joins multiplied), so that"
                    + " long ones never keep these waiting. Lower it when queries run out of memory, raise it for many slow"
                    + " clients.");
    static final ConfigKey<Long> READ_MAX_QUEUED = ConfigKey.of(
            "read.max-queued",
            ValueType.number(0, 1_000_000),
            "1024",
            "How many more queries may wait; further ones are answered OVERLOADED. Lower it to fail sooner.");
    static final ConfigKey<Duration> READ_QUEUE_TIMEOUT = ConfigKey.of(
            "read.queue-timeout",
            ValueType.duration(SHORTEST),
            "30s",
            "How long a query may wait for its turn before it is answered TIMED_OUT. Raise it for batch clients.");
    static final ConfigKey<Duration> READ_CLIENT_TIMEOUT = ConfigKey.of(
            "read.client-timeout",
            ValueType.duration(SHORTEST),
            "5m",
            "How long a client may take no rows before its query is cancelled. Raise it for clients that pause while they"
                    + " read.");
    static final ConfigKey<Duration> READ_STATEMENT_TIMEOUT = ConfigKey.of(
            "read.statement-timeout",
            ValueType.duration(NONE),
            "1h",
            "How long a statement may take from its turn to its last row before it is answered TIMED_OUT; 0s is no limit."
                    + " Lower it where nobody should ask for that much, raise it for long exports.");
    static final ConfigKey<Long> READ_MAX_RESULT_ROWS = ConfigKey.of(
            "read.max-result-rows",
            ValueType.number(0, Long.MAX_VALUE),
            "0",
            "How many rows a statement may answer with before it is answered TOO_LARGE; 0 is no limit. Set it where people"
                    + " explore, and large results are mistakes.");
    static final ConfigKey<Long> READ_MAX_RESULT_SIZE = ConfigKey.of(
            "read.max-result-size",
            ValueType.size(0, Long.MAX_VALUE),
            "0",
            "How many Arrow bytes a statement may answer with before it is answered TOO_LARGE; 0 is no limit. Set it to keep"
                    + " large results off a slow network.");

    static final ConfigKey<Duration> READ_TICKET_LIFETIME = ConfigKey.of(
            "read.ticket-lifetime",
            ValueType.duration(SHORTEST),
            "15m",
            "How long the ticket of a described query can be used; shorter than `upkeep.files-grace`. Raise it for clients"
                    + " that fetch rows long after they asked for them.");

    static final ConfigKey<Long> WRITE_MAX_OPEN = ConfigKey.of(
            "write.max-open",
            ValueType.number(1, 10_000),
            "32",
            "How many appends may hold a file open at once. Raise it, with the memory for it, for many slow writers.");
    static final ConfigKey<Long> WRITE_MAX_QUEUED = ConfigKey.of(
            "write.max-queued",
            ValueType.number(0, 1_000_000),
            "1024",
            "How many more appends may wait; further ones are answered OVERLOADED. Lower it to fail sooner.");
    static final ConfigKey<Duration> WRITE_QUEUE_TIMEOUT = ConfigKey.of(
            "write.queue-timeout",
            ValueType.duration(SHORTEST),
            "30s",
            "How long an append may wait for its turn before it is answered TIMED_OUT. Raise it for batch writers.");
    static final ConfigKey<Duration> WRITE_IDLE_TIMEOUT = ConfigKey.of(
            "write.idle-timeout",
            ValueType.duration(SHORTEST),
            "5m",
            "How long a writing client may send nothing before its append fails. Raise it for writers with rare rows.");
    static final ConfigKey<Long> WRITE_TARGET_FILE_SIZE = ConfigKey.of(
            "write.target-file-size",
            ValueType.size(MB, Long.MAX_VALUE),
            "128MB",
            "Size at which a data file is closed and the next one begun. Raise it for very large tables.");
    static final ConfigKey<Long> WRITE_ROW_GROUP_ROWS = ConfigKey.of(
            "write.row-group-rows",
            ValueType.number(2_048, 100_000_000),
            "122880",
            "Rows of one Parquet row group. Lower it for very wide rows.");
    static final ConfigKey<Long> WRITE_COALESCE_BYTES = ConfigKey.of(
            "write.coalesce-bytes",
            ValueType.size(0, Long.MAX_VALUE),
            "8MB",
            "Appends below this size share data files with others that wait for the same table. 0 gives each its own.");
    static final ConfigKey<Duration> WRITE_KEY_RETENTION = ConfigKey.of(
            "write.key-retention",
            ValueType.duration(Duration.ofMinutes(1)),
            "7d",
            "How long idempotency keys are remembered. Raise it for clients that repeat appends after a longer time.");
    static final ConfigKey<Long> WRITE_BUFFER_SIZE = ConfigKey.of(
            "write.buffer-size",
            ValueType.size(MB, Long.MAX_VALUE),
            "32MB",
            "Arrow bytes that one append may hold in memory. Lower it for many writers on a small machine.");

    static final ConfigKey<Long> ENGINE_MEMORY_LIMIT = ConfigKey.computed(
            "engine.memory-limit",
            ValueType.size(64 * MB, Long.MAX_VALUE),
            "half of the machine's memory less the JVM's largest heap, at least 512MB",
            settings -> Math.max(
                    512 * MB,
                    settings.machine().memoryBytes() / 2 - settings.machine().heapBytes()),
            "What DuckDB may hold in memory before it spills to disk; an eighth of it is for small appends. Change it when"
                    + " other programs share the machine.");
    static final ConfigKey<Long> ENGINE_THREADS = ConfigKey.computed(
            "engine.threads",
            ValueType.number(1, 4_096),
            "the number of processors",
            settings -> (long) settings.machine().processors(),
            "Worker threads of DuckDB, shared by all queries. Lower it to leave processors to other programs.");
    static final ConfigKey<Path> ENGINE_TEMP_DIRECTORY = ConfigKey.computed(
            "engine.temp-directory",
            ValueType.DIRECTORY,
            "`spill-` and the process id, beside the warehouse directory, in `./eider-data` for a bucket",
            settings -> beside(settings, "spill-" + settings.machine().processId()),
            "Where DuckDB spills to; made at start, removed at stop. Change it to use a faster disk.");
    static final ConfigKey<Long> ENGINE_MAX_TEMP_SIZE = ConfigKey.of(
            "engine.max-temp-size",
            ValueType.size(MB, Long.MAX_VALUE),
            "20GB",
            "How much DuckDB may spill. Change it to fit the disk.");
    static final ConfigKey<Path> ENGINE_EXTENSION_DIRECTORY = ConfigKey.computed(
            "engine.extension-directory",
            ValueType.DIRECTORY,
            "`.duckdb/extensions` in the home directory, where DuckDB itself keeps them",
            settings -> Path.of(System.getProperty("user.home"), ".duckdb", "extensions"),
            "Where DuckDB's extensions lie, below it by version and platform. `eider extensions install` fetches them;"
                    + " a running server never does. Change it to ship them with a container.");
    static final ConfigKey<Boolean> ENGINE_ALLOW_UNSIGNED_EXTENSIONS = ConfigKey.of(
            "engine.allow-unsigned-extensions",
            ValueType.SWITCH,
            "false",
            "Whether to load extensions that DuckDB's makers have not signed: native code that can do anything this"
                    + " process can. Only for extensions that you have built yourself.");

    static final ConfigKey<Long> LIMITS_MAX_MESSAGE_SIZE = ConfigKey.of(
            "limits.max-message-size",
            ValueType.size(64 << 10, 2047 * MB),
            "256MB",
            "Largest record batch that a client may send. Raise it for writers of huge batches. A message four times as"
                    + " large may cost the client its connection.");
    static final ConfigKey<Long> LIMITS_ARROW_MEMORY = ConfigKey.computed(
            "limits.arrow-memory",
            ValueType.size(16 * MB, Long.MAX_VALUE),
            "2GB, or if that is less a quarter of the machine's memory, or three quarters of the JVM's direct memory",
            settings -> Math.min(
                    2048 * MB,
                    Math.min(
                            settings.machine().memoryBytes() / 4,
                            settings.machine().directBytes() / 4 * 3)),
            "Arrow bytes that all streams may hold in memory together. Raise it, with the JVM's direct memory"
                    + " (`-XX:MaxDirectMemorySize`), for many writers with large batches.");

    /** Every key, in the order of the reference. */
    static final List<ConfigKey<?>> ALL = all(
            SERVER_HOST,
            SERVER_PORT,
            SERVER_INSECURE,
            SERVER_DRAIN_TIMEOUT,
            WAREHOUSE,
            CATALOG_URI,
            CATALOG_NAME,
            CATALOG_USER,
            CATALOG_PASSWORD,
            DURABILITY,
            UPKEEP_METADATA_GRACE,
            UPKEEP_FILES_GRACE,
            UPKEEP_REMOVE_DROPPED,
            HISTORY_POLICY,
            TABLES_AUTO_CREATE,
            READ_ENGINE,
            READ_MANIFEST_CACHE,
            READ_MAX_CONCURRENT,
            READ_MAX_QUEUED,
            READ_QUEUE_TIMEOUT,
            READ_CLIENT_TIMEOUT,
            READ_STATEMENT_TIMEOUT,
            READ_MAX_RESULT_ROWS,
            READ_MAX_RESULT_SIZE,
            READ_TICKET_LIFETIME,
            WRITE_MAX_OPEN,
            WRITE_MAX_QUEUED,
            WRITE_QUEUE_TIMEOUT,
            WRITE_IDLE_TIMEOUT,
            WRITE_TARGET_FILE_SIZE,
            WRITE_ROW_GROUP_ROWS,
            WRITE_COALESCE_BYTES,
            WRITE_KEY_RETENTION,
            WRITE_BUFFER_SIZE,
            ENGINE_MEMORY_LIMIT,
            ENGINE_THREADS,
            ENGINE_TEMP_DIRECTORY,
            ENGINE_MAX_TEMP_SIZE,
            ENGINE_EXTENSION_DIRECTORY,
            ENGINE_ALLOW_UNSIGNED_EXTENSIONS,
            LIMITS_MAX_MESSAGE_SIZE,
            LIMITS_ARROW_MEMORY);

    private ConfigKeys() {}

    private static List<ConfigKey<?>> all(ConfigKey<?>... keys) {
        return Stream.concat(Arrays.stream(keys), StorageKeys.ALL.stream()).toList();
    }

    /** Returns the warehouse as an absolute path or a URI, without a trailing slash. */
    static String warehouse(Settings settings) {
        String location = settings.get(WAREHOUSE);
        if (location.contains("://") || location.startsWith("file:")) {
            return location.endsWith("/") ? location.substring(0, location.length() - 1) : location;
        }
        return Path.of(location).toAbsolutePath().normalize().toString();
    }

    /** Returns a place on this host that belongs to the warehouse. */
    static Path beside(Settings settings, String name) {
        String location = warehouse(settings);
        if (Locations.isS3(location)) {
            return Path.of("eider-data", name).toAbsolutePath();
        }
        Path directory;
        try {
            directory = location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
        } catch (IllegalArgumentException | java.nio.file.FileSystemNotFoundException notLocal) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    "warehouse has the bad value \"" + location
                            + "\": expected a path, a file:///path URI or s3://bucket/prefix",
                    notLocal);
        }
        return directory.resolveSibling(name).toAbsolutePath();
    }
}
