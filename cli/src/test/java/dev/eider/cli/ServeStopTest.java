package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.client.GatewayAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(90)
class ServeStopTest {
    /** Its rows come at once, and never end. */
    private static final String ENDLESS = "SELECT range FROM range(1000000000000)";

    @TempDir
    private Path directory;

    @Test
    void saysForWhatAndHowLongItWaits() throws Exception {
        Process server = serve();
        try (BufferedReader output = server.inputReader(StandardCharsets.UTF_8)) {
            String url = url(output);
            CountDownLatch running = new CountDownLatch(1);
            CompletableFuture<Void> query = CompletableFuture.runAsync(() -> read(url, running));
            assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();

            Process signal = new ProcessBuilder("kill", "-TERM", Long.toString(server.pid())).start();
            assertThat(signal.waitFor()).isZero();

            String said = server.errorReader(StandardCharsets.UTF_8).lines().collect(Collectors.joining("\n"));
            assertThat(said)
                    .contains("Stopping: waiting for 1 running call to end, for at most 1.0 s; then it cancels them");
            assertThat(query)
                    .failsWithin(30, TimeUnit.SECONDS)
                    .withThrowableThat()
                    .havingRootCause()
                    .withMessageContaining("stopping");
        } finally {
            server.destroyForcibly();
        }
    }

    private Process serve() throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Eider.class.getName(),
                "serve",
                "--port",
                "0",
                "--set",
                "server.drain-timeout=1s");
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("EIDER_"));
        return builder.start();
    }

    private static String url(BufferedReader output) throws IOException {
        String line = output.readLine();
        while (line != null && !line.contains(" ready in ")) {
            line = output.readLine();
        }
        assertThat(line).isNotNull();
        return line.replaceFirst(".*(grpc://[0-9.]+:\\d+).*", "$1");
    }

    private static void read(String url, CountDownLatch running) {
        try (BufferAllocator allocator = new RootAllocator();
                EiderClient client = EiderClient.connect(GatewayAddress.parse(url), allocator)) {
            client.execute(ENDLESS, Map.of(), schema -> {}, (columns, rows) -> running.countDown());
        }
    }
}
