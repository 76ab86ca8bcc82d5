package dev.eider.cli.local;

import java.util.Map;

/**
 * A running gateway in this process.
 *
 * <p>Thread-safe. Whoever starts it closes it; closing lets running calls end first.
 */
public final class LocalGateway implements AutoCloseable {
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

    @SuppressWarnings("UnusedMethod") // until there is a gateway to start
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
    @SuppressWarnings("DoNotCallSuggester") // until there is a gateway to start
    public static LocalGateway start(Map<String, String> settings, Map<String, String> environment) {
        throw new UnsupportedOperationException("the gateway is not part of this build yet: " + settings);
    }

    /** Returns where it is. */
    public Description description() {
        return description;
    }

    @Override
    public void close() {
        try {
            gateway.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the gateway could not be stopped", e);
        }
    }
}
