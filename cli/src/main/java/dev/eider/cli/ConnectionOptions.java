package dev.eider.cli;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.client.GatewayAddress;
import dev.eider.cli.display.Terminal;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that say which gateway to call, and as whom; the same for every command. Confined to one thread. */
final class ConnectionOptions {

    @Option(
            names = "--url",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = {
                "Gateway: grpc://host:port or grpc+tls://host:port",
                "Default: $EIDER_URL, else " + GatewayAddress.DEFAULT_URL
            })
    private @Nullable String url;

    @Option(
            names = "--user",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "Who calls. Default: $EIDER_USER")
    private @Nullable String user;

    @Option(
            names = "--password",
            scope = ScopeType.INHERIT,
            paramLabel = "SECRET",
            description = "Password of --user. Default, and safer: $EIDER_PASSWORD")
    private @Nullable String password;

    @Option(
            names = "--token",
            scope = ScopeType.INHERIT,
            paramLabel = "SECRET",
            description = "Bearer token, instead of a user. Default, and safer: $EIDER_TOKEN")
    private @Nullable String token;

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show where in the program an error happened")
    private boolean verbose;

    boolean verbose() {
        return verbose;
    }

    /** Work with a client that is closed afterwards, together with all of its memory. */
    interface Work {
        int run(EiderClient client, BufferAllocator allocator) throws Exception;
    }

    /** Connects, runs {@code work} and closes; returns what the work returned. */
    int connected(Terminal terminal, Work work) throws Exception {
        GatewayAddress address = address(terminal);
        try (BufferAllocator allocator = new RootAllocator();
                EiderClient client = EiderClient.connect(address, allocator)) {
            return work.run(client, allocator);
        }
    }

    GatewayAddress address(Terminal terminal) {
        String location = given(terminal, url, "EIDER_URL");
        GatewayAddress address = UsageException.parsed(
                () -> GatewayAddress.parse(location.isEmpty() ? GatewayAddress.DEFAULT_URL : location));
        // What stands on the command line outranks the environment.
        String flagToken = token == null ? "" : token;
        String name = given(terminal, user, "EIDER_USER");
        if (!flagToken.isEmpty()) {
            return address.withToken(flagToken);
        }
        if (user != null) {
            return address.as(name, given(terminal, password, "EIDER_PASSWORD"));
        }
        String environmentToken = given(terminal, null, "EIDER_TOKEN");
        if (!environmentToken.isEmpty()) {
            return address.withToken(environmentToken);
        }
        return name.isEmpty() ? address : address.as(name, given(terminal, password, "EIDER_PASSWORD"));
    }

    private static String given(Terminal terminal, @Nullable String flag, String variable) {
        return flag != null ? flag : terminal.environment().getOrDefault(variable, "");
    }
}
