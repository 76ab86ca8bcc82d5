package dev.eider.cli;

import dev.eider.cli.local.LocalGateway;
import java.nio.file.Path;
import java.util.Map;

/** Gateways of this process for tests of commands. Stateless. */
final class TestGateway {
    private TestGateway() {}

    /** Starts one over the warehouse of a directory, on a port or, if that is 0, on a free one; the caller closes it. */
    static LocalGateway start(Path directory, String port) {
        return LocalGateway.start(
                Map.of(
                        "server.host",
                        "127.0.0.1",
                        "server.port",
                        port,
                        "warehouse",
                        directory.resolve("data/warehouse").toString()),
                Map.of());
    }
}
