package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs({OS.LINUX, OS.MAC})
@Timeout(60)
class InterruptedIngestTest {
    private static final String FLIGHTS = Path.of("../examples/flights.parquet").toString();

    @Test
    void saysThatNothingWasStored() throws Exception {
        try (ScriptedGateway gateway = new ScriptedGateway()) {
            gateway.appends = new CountDownLatch(1);
            Process ingest = start("--url", gateway.url(), "ingest", FLIGHTS, "-n", "t");
            try {
                Awaitility.await().until(() -> gateway.calls.get() == 1);
                interrupt(ingest);

                String said = new String(ingest.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(said).isEqualTo("eider: interrupted; nothing of " + FLIGHTS + " was stored\n");
                assertThat(ingest.waitFor()).isEqualTo(128 + 15);
                assertThat(ingest.getInputStream().readAllBytes()).isEmpty();
            } finally {
                ingest.destroyForcibly();
                gateway.appends.countDown();
            }
            assertThat(gateway.appended).isEmpty();
        }
    }

    private static Process start(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                Eider.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }

    /** By SIGTERM: a process that was started in the background may have inherited that it ignores SIGINT. */
    private static void interrupt(Process process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-TERM", Long.toString(process.pid())).start();
        assertThat(kill.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(kill.exitValue()).isZero();
    }
}
