package dev.eider.cli.local;

import dev.eider.gateway.ConfigLoader;
import dev.eider.warehouse.engine.ExtensionConfig;
import dev.eider.warehouse.engine.ExtensionInstaller;
import dev.eider.warehouse.engine.ExtensionStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The extensions of DuckDB that a gateway on this host would use. Immutable; every call looks again. */
public final class LocalExtensions {
    private final ExtensionConfig config;

    /**
     * One extension, for people.
     *
     * @param version its own version, empty if it is not known
     * @param path where its file is, or would be
     * @param problem why it cannot be loaded, empty if it can
     */
    public record Entry(String name, String version, String path, String problem) {}

    /**
     * Finds the directory that a gateway would use.
     *
     * @param settings configuration by dotted key, as the command line gave it
     * @param environment variables of the process
     */
    public LocalExtensions(Map<String, String> settings, Map<String, String> environment) {
        this.config = ConfigLoader.extensions(environment, settings);
    }

    /** Tries every extension. */
    public List<Entry> status() {
        return entries(ExtensionInstaller.status(config));
    }

    /** Fetches what is missing, from DuckDB's repository or another of its form, and tries every extension. */
    public List<Entry> install(Optional<String> repository) {
        return entries(ExtensionInstaller.install(config, repository));
    }

    private static List<Entry> entries(List<ExtensionStatus> statuses) {
        return statuses.stream()
                .map(status -> new Entry(status.name(), status.version(), status.path(), status.problem()))
                .toList();
    }
}
