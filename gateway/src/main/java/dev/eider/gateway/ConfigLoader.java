package dev.eider.gateway;

import dev.eider.catalog.CatalogConfig;
import dev.eider.catalog.CatalogConfig.Durability;
import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.SigningKeys;
import dev.eider.gateway.Settings.Given;
import dev.eider.gateway.flight.FlightConfig;
import dev.eider.gateway.flight.ReadLimits;
import dev.eider.warehouse.WarehouseConfig;
import dev.eider.warehouse.engine.EngineConfig;
import dev.eider.warehouse.engine.ExtensionConfig;
import dev.eider.warehouse.read.ReadConfig;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.write.WriteConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Turns the environment and the command line into one checked {@link GatewayConfig}.
 *
 * <p>Later sources win: defaults, then {@code EIDER_…} variables, then flags. Anything unknown or malformed is an error
 * that names the setting and its source, so that a typing error never starts a server with a default.
 */
public final class ConfigLoader {
    private static final int BATCH_ROWS = 65_536;
    private static final Set<String> CLIENT_VARIABLES = Set.of(
            "EIDER_URL", "EIDER_USER", "EIDER_PASSWORD", "EIDER_TOKEN", "EIDER_TLS", "EIDER_JAVA_OPTS", "EIDER_HOME");
    private static final String CLIENT_TLS_PREFIX = "EIDER_TLS_";

    private ConfigLoader() {}

    /** Loads the configuration for this host; {@code flags} are keyed by dotted names. */
    public static GatewayConfig load(Map<String, String> environment, Map<String, String> flags) {
        return load(environment, flags, Machine.current());
    }

    /** Loads what the configuration says about extensions, for a command that starts no gateway. */
    public static ExtensionConfig extensions(Map<String, String> environment, Map<String, String> flags) {
        return extensions(settings(environment, flags, Machine.current()));
    }

    static GatewayConfig load(Map<String, String> environment, Map<String, String> flags, Machine machine) {
        return build(settings(environment, flags, machine));
    }

    private static Settings settings(Map<String, String> environment, Map<String, String> flags, Machine machine) {
        Map<String, Given> given = new HashMap<>();
        new TreeMap<>(environment).forEach((variable, value) -> addVariable(given, variable, value));
        new TreeMap<>(flags).forEach((name, value) -> addFlag(given, name, value));
        return new Settings(machine, given);
    }

    private static void addVariable(Map<String, Given> given, String variable, String value) {
        if (!variable.startsWith(ConfigKey.PREFIX)
                || CLIENT_VARIABLES.contains(variable)
                || variable.startsWith(CLIENT_TLS_PREFIX)) {
            return;
        }
        Optional<ConfigKey<?>> key = find(variable);
        if (key.isEmpty()) {
            List<String> known =
                    ConfigKeys.ALL.stream().map(ConfigKey::variable).toList();
            throw invalid("Unknown environment variable " + variable + Spelling.suggestion(variable, known));
        }
        boolean fromFile = variable.equals(key.get().fileVariable());
        Given setting = new Given(fromFile ? read(variable, value) : value, variable);
        Given earlier = given.putIfAbsent(key.get().name(), setting);
        if (earlier != null) {
            throw invalid(key.get().name() + " is set twice, by " + earlier.source() + " and by " + variable);
        }
    }

    private static Optional<ConfigKey<?>> find(String variable) {
        for (ConfigKey<?> key : ConfigKeys.ALL) {
            if (key.variable().equals(variable)
                    || (key.secret() && key.fileVariable().equals(variable))) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    private static String read(String variable, String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException | InvalidPathException unreadable) {
            throw new EiderException(
                    ErrorCode.INVALID_CONFIGURATION,
                    variable + " names the file \"" + file + "\", which cannot be read",
                    unreadable);
        }
    }

    private static void addFlag(Map<String, Given> given, String name, String value) {
        List<String> known = ConfigKeys.ALL.stream().map(ConfigKey::name).toList();
        if (!known.contains(name)) {
            throw invalid("Unknown setting " + name + " (from the command line)" + Spelling.suggestion(name, known));
        }
        given.put(name, new Given(value, "the command line"));
    }

    private static GatewayConfig build(Settings settings) {
        refuseLongTickets(settings);
        return new GatewayConfig(
                flight(settings),
                settings.get(ConfigKeys.SERVER_INSECURE),
                settings.get(ConfigKeys.SERVER_DRAIN_TIMEOUT),
                settings.get(ConfigKeys.LIMITS_ARROW_MEMORY),
                warehouse(settings));
    }

    /** A ticket must not outlive the files of its snapshot, nor the key that signed it. */
    private static void refuseLongTickets(Settings settings) {
        Duration lifetime = settings.get(ConfigKeys.READ_TICKET_LIFETIME);
        Duration grace = settings.get(ConfigKeys.UPKEEP_FILES_GRACE);
        if (lifetime.compareTo(grace) >= 0) {
            throw invalid("%s of %s must be shorter than %s of %s, or a ticket could outlive its files"
                    .formatted(
                            ConfigKeys.READ_TICKET_LIFETIME.name(),
                            shown(lifetime),
                            ConfigKeys.UPKEEP_FILES_GRACE.name(),
                            shown(grace)));
        }
        if (lifetime.compareTo(SigningKeys.LEAST_VALIDITY) > 0) {
            throw invalid("%s of %s is longer than signatures last, %s"
                    .formatted(
                            ConfigKeys.READ_TICKET_LIFETIME.name(),
                            shown(lifetime),
                            shown(SigningKeys.LEAST_VALIDITY)));
        }
    }

    private static String shown(Duration duration) {
        return duration.toSecondsPart() == 0 && duration.toMillisPart() == 0
                ? duration.toMinutes() + "m"
                : duration.toMillis() + "ms";
    }

    private static FlightConfig flight(Settings settings) {
        ReadLimits reads = new ReadLimits(
                whole(settings, ConfigKeys.READ_MAX_CONCURRENT),
                whole(settings, ConfigKeys.READ_MAX_QUEUED),
                settings.get(ConfigKeys.READ_QUEUE_TIMEOUT),
                settings.get(ConfigKeys.READ_CLIENT_TIMEOUT),
                settings.get(ConfigKeys.READ_STATEMENT_TIMEOUT),
                settings.get(ConfigKeys.READ_MAX_RESULT_ROWS),
                settings.get(ConfigKeys.READ_MAX_RESULT_SIZE));
        return new FlightConfig(
                settings.get(ConfigKeys.SERVER_HOST),
                whole(settings, ConfigKeys.SERVER_PORT),
                whole(settings, ConfigKeys.LIMITS_MAX_MESSAGE_SIZE),
                settings.get(ConfigKeys.WRITE_IDLE_TIMEOUT),
                reads);
    }

    private static WarehouseConfig warehouse(Settings settings) {
        String location = ConfigKeys.warehouse(settings);
        return new WarehouseConfig(
                catalog(settings, location),
                StorageKeys.config(settings, location),
                engine(settings),
                write(settings),
                new ReadConfig(
                        settings.get(ConfigKeys.READ_ENGINE),
                        BATCH_ROWS,
                        settings.get(ConfigKeys.READ_MANIFEST_CACHE),
                        settings.get(ConfigKeys.READ_TICKET_LIFETIME)));
    }

    private static EngineConfig engine(Settings settings) {
        return new EngineConfig(
                settings.get(ConfigKeys.ENGINE_MEMORY_LIMIT),
                whole(settings, ConfigKeys.ENGINE_THREADS),
                settings.get(ConfigKeys.ENGINE_TEMP_DIRECTORY),
                settings.get(ConfigKeys.ENGINE_MAX_TEMP_SIZE),
                extensions(settings));
    }

    private static ExtensionConfig extensions(Settings settings) {
        return new ExtensionConfig(
                Optional.of(settings.get(ConfigKeys.ENGINE_EXTENSION_DIRECTORY)),
                settings.get(ConfigKeys.ENGINE_ALLOW_UNSIGNED_EXTENSIONS));
    }

    private static CatalogConfig catalog(Settings settings, String location) {
        UpkeepConfig base = UpkeepConfig.DEFAULT;
        return new CatalogConfig(
                settings.get(ConfigKeys.CATALOG_URI),
                settings.get(ConfigKeys.CATALOG_NAME),
                location,
                settings.get(ConfigKeys.CATALOG_USER),
                settings.get(ConfigKeys.CATALOG_PASSWORD).map(Secret::value),
                settings.get(ConfigKeys.DURABILITY),
                new UpkeepConfig(
                        settings.get(ConfigKeys.HISTORY_POLICY),
                        settings.get(ConfigKeys.UPKEEP_METADATA_GRACE),
                        settings.get(ConfigKeys.UPKEEP_FILES_GRACE),
                        settings.get(ConfigKeys.WRITE_KEY_RETENTION),
                        base.sweepEvery(),
                        settings.get(ConfigKeys.UPKEEP_REMOVE_DROPPED)));
    }

    private static WriteConfig write(Settings settings) {
        return new WriteConfig(
                settings.get(ConfigKeys.TABLES_AUTO_CREATE),
                whole(settings, ConfigKeys.WRITE_MAX_OPEN),
                whole(settings, ConfigKeys.WRITE_MAX_QUEUED),
                settings.get(ConfigKeys.WRITE_QUEUE_TIMEOUT),
                settings.get(ConfigKeys.WRITE_IDLE_TIMEOUT),
                settings.get(ConfigKeys.WRITE_TARGET_FILE_SIZE),
                settings.get(ConfigKeys.WRITE_ROW_GROUP_ROWS),
                settings.get(ConfigKeys.WRITE_COALESCE_BYTES),
                settings.get(ConfigKeys.WRITE_KEY_RETENTION),
                settings.get(ConfigKeys.DURABILITY) == Durability.FULL ? FileSync.FULL : FileSync.NONE,
                settings.get(ConfigKeys.WRITE_BUFFER_SIZE));
    }

    private static int whole(Settings settings, ConfigKey<Long> key) {
        return Math.toIntExact(settings.get(key));
    }

    private static EiderException invalid(String message) {
        return new EiderException(ErrorCode.INVALID_CONFIGURATION, message);
    }
}
