package dev.eider.cli.local;

import dev.eider.gateway.ConfigLoader;
import dev.eider.gateway.Gateway;
import dev.eider.gateway.GatewayConfig;
import java.time.Duration;
import java.util.Map;

/**
 * A running gateway in this process.
 *
 * <p>Thread-safe. Whoever starts it closes it; closing lets running calls end first.
 */
public final class LocalGateway implements AutoCloseable {
    private final Gateway gateway;
    private final Description description;

    /**
     * What a person wants to know of a gateway that has started.
     *
     * @param url where it listens
     * @param warehouse where its files are
     * @param catalog where its catalog is, without secrets
     * @param reads how it reads tables, and why: a sentence
     * @param drainTimeout how long running calls may take to end when it is closed
     */
    public record Description(String url, String warehouse, String catalog, String reads, Duration drainTimeout) {}

    private LocalGateway(Gateway gateway, Description description) {
        this.gateway = gateway;
        this.description = description;
    }

    /**
     * Starts a gateway.
     *
     * @param settings configuration by dotted key, as the command line gave it
     * @param environment variables of the process
     */
    public static LocalGateway start(Map<String, String> settings, Map<String, String> environment) {
        GatewayConfig config = ConfigLoader.load(environment, settings);
        Gateway gateway = Gateway.start(config);
        // Parameters of a JDBC URI may hold a password.
        String catalog = config.warehouse().catalog().uri().replaceFirst("\\?.*", "");
        return new LocalGateway(
                gateway,
                new Description(
                        gateway.location().toString(),
                        config.warehouse().storage().warehouse(),
                        catalog,
                        gateway.readEngine(),
                        config.drainTimeout()));
    }

    /** Returns where it is. */
    public Description description() {
        return description;
    }

    /** Returns how many calls are running: {@link #close} lets them end, for at most the configured time. */
    public int runningCalls() {
        return gateway.runningCalls();
    }

    /** Deletes every file of the warehouse: for one that was made for a moment. Its tables are gone then. */
    public void deleteAllFiles() {
        gateway.deleteAllFiles();
    }

    @Override
    public void close() {
        gateway.close();
    }
}
