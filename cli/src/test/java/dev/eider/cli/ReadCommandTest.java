package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.cli.display.Terminal;
import dev.eider.cli.local.LocalGateway;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class ReadCommandTest {
    @TempDir
    private Path directory;

    @Test
    void goesOnWhenTheGatewayIsBack() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String url;
        CompletableFuture<Integer> read;
        try (LocalGateway gateway = TestGateway.start(directory, "0")) {
            url = gateway.description().url();
            write(url);
            Terminal terminal = new Terminal(
                    InputStream.nullInputStream(),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    Map.of("EIDER_URL", url),
                    Terminal.Screen.NONE);
            read = CompletableFuture.supplyAsync(
                    () -> Eider.run(terminal, "read", "-n", "t", "-i", "0.2", "--count", "100"));
            Awaitility.await().until(() -> !lines(out).isEmpty());
        }
        Awaitility.await().until(() -> !lines(err).isEmpty());
        try (LocalGateway gateway = TestGateway.start(directory, url.substring(url.lastIndexOf(':') + 1))) {
            assertThat(gateway.description().url()).isEqualTo(url);
            write(url);
            assertThat(read.orTimeout(60, TimeUnit.SECONDS).join())
                    .as(err.toString(StandardCharsets.UTF_8))
                    .isZero();
        }

        assertThat(lines(out)).hasSize(100).anyMatch(line -> line.contains("t  20 rows"));
        assertThat(lines(err)).hasSize(1).allMatch(line -> line.endsWith("trying again"));
    }

    private static List<String> lines(ByteArrayOutputStream out) {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static void write(String url) {
        CommandRun write = CommandRun.of(Map.of("EIDER_URL", url), "write", "-n", "t", "--rows", "10", "--count", "1");
        assertThat(write.exitCode()).as(write.err()).isZero();
    }
}
