package dev.eider.cli.local;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * A running gateway in this process.
 *
 * <p>Thread-safe. Whoever starts it closes it; closing lets running calls end first.
 */
public final class LocalGateway implements AutoCloseable {
    /** Variables that the command reads itself, and the gateway would not know. */
    private static final Set<String> COMMAND_VARIABLES =
            Set.of("EIDER_URL", "EIDER_USER", "EIDER_PASSWORD", "EIDER_TOKEN", "EIDER_HOME", "EIDER_JAVA_OPTS");

    private final AutoCloseable gateway;
    private final Description description;

    /**
     * What a person wants to know of a gateway that has started.
     *
     * @param url where it listens
     * @param warehouse where its files are
     * @param catalog where its catalog is, without secrets
     */
    public record Description(String url, String warehouse, String catalog) {}

    private LocalGateway(AutoCloseable gateway, Description description) {
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
        Map<String, String> serverEnvironment = new HashMap<>(environment);
        serverEnvironment.keySet().removeAll(COMMAND_VARIABLES);
        throw new UnsupportedOperationException("the gateway is not part of this build yet: " + settings);
    }

    /** Returns where it is. */
    public Description description() {
        return description;
    }

    @Override
    public void close() throws Exception {
        gateway.close();
    }
}
