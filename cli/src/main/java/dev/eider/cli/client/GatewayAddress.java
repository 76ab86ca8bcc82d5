package dev.eider.cli.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.apache.arrow.flight.Location;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway is, and who asks. Immutable; its text never shows the secret.
 *
 * @param host name or address
 * @param port its Flight port
 * @param tls whether the connection is encrypted
 * @param authorization the value of the header that says who asks, if anybody was named
 */
public record GatewayAddress(String host, int port, boolean tls, Optional<String> authorization) {
    /** Where {@code eider serve} listens unless told otherwise. */
    public static final String DEFAULT_URL = "grpc://127.0.0.1:8815";

    private static final int DEFAULT_PORT = 8815;

    /** Reads {@code grpc://host:port}, {@code grpc+tls://host:port} or {@code host:port}. */
    public static GatewayAddress parse(String url) {
        URI uri;
        try {
            uri = new URI(url.contains("://") ? url : "grpc://" + url);
        } catch (URISyntaxException e) {
            throw badUrl(url, e);
        }
        if (uri.getHost() == null || uri.getUserInfo() != null) {
            throw badUrl(url, null);
        }
        boolean tls =
                switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
                    case "grpc", "grpc+tcp" -> false;
                    case "grpc+tls", "grpcs" -> true;
                    default -> throw badUrl(url, null);
                };
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        String host = uri.getHost().replaceAll("^\\[|]$", "");
        return new GatewayAddress(host, port, tls, Optional.empty());
    }

    private static IllegalArgumentException badUrl(String url, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "'" + url + "' is no gateway URL: write grpc://host:port or grpc+tls://host:port", cause);
    }

    /** Returns this address with calls made as a user. */
    public GatewayAddress as(String user, String password) {
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return new GatewayAddress(
                host, port, tls, Optional.of("Basic " + Base64.getEncoder().encodeToString(pair)));
    }

    /** Returns this address with calls that carry a token. */
    public GatewayAddress withToken(String token) {
        return new GatewayAddress(host, port, tls, Optional.of("Bearer " + token));
    }

    Location location() {
        return tls ? Location.forGrpcTls(host, port) : Location.forGrpcInsecure(host, port);
    }

    /** Returns the URL, without secrets. */
    @Override
    public String toString() {
        return (tls ? "grpc+tls://" : "grpc://") + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
