package dev.eider.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GatewayTest {
    @TempDir
    private Path directory;

    @Test
    void refusesToListenToOtherMachinesWithoutAuthentication() {
        GatewayConfig config = config("server.host", "0.0.0.0");

        assertThatThrownBy(() -> Gateway.start(config))
                .isInstanceOfSatisfying(EiderException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ErrorCode.INVALID_CONFIGURATION))
                .hasMessageContaining("0.0.0.0")
                .hasMessageContaining("--insecure");
        assertThat(directory.resolve("warehouse")).doesNotExist();
    }

    @Test
    void saysWhichHostDoesNotExist() {
        GatewayConfig config = config("server.host", "no-such-host.invalid");

        assertThatThrownBy(() -> Gateway.start(config))
                .hasMessageContaining("server.host has the bad value \"no-such-host.invalid\"");
    }

    @Test
    void saysWhichPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            GatewayConfig config = config("server.port", Integer.toString(taken.getLocalPort()));

            assertThatThrownBy(() -> Gateway.start(config))
                    .isInstanceOf(EiderException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
        }
    }

    @Test
    void passesOnWhyTheWarehouseCannotBeOpened() throws IOException {
        Files.writeString(directory.resolve("warehouse"), "a file where the directory should be");

        assertThatThrownBy(() -> Gateway.start(config("server.port", "0"))).isInstanceOf(EiderException.class);
    }

    @Test
    void saysWhichWarehouseCannotBeWritten() throws IOException {
        Path proc = Path.of("/proc/eider");
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc")));

        assertThatThrownBy(() -> Gateway.start(ConfigLoader.load(
                        Map.of(),
                        Map.of(
                                "warehouse",
                                proc.resolve("warehouse").toString(),
                                "catalog.uri",
                                "jdbc:sqlite:" + directory.resolve("catalog.db"),
                                "engine.temp-directory",
                                directory.resolve("spill").toString(),
                                "server.port",
                                "0"))))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("/proc/eider");
    }

    @Test
    void tellsWhereItListens() throws Exception {
        try (TestGateway gateway = TestGateway.start(directory)) {
            assertThat(gateway.port()).isPositive();
        }
    }

    @Test
    void closesMoreThanOnce() {
        Gateway gateway = Gateway.start(config("server.port", "0"));
        assertThat(gateway.location()).hasToString("grpc://127.0.0.1:" + gateway.port());

        gateway.close();
        gateway.close();
    }

    private GatewayConfig config(String key, String value) {
        return ConfigLoader.load(
                Map.of(), Map.of("warehouse", directory.resolve("warehouse").toString(), key, value));
    }
}
