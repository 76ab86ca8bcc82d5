package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.cli.local.LocalGateway;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtensionsCommandTest {
    @TempDir
    private Path directory;

    @TempDir
    private Path empty;

    private CommandRun run(String... arguments) {
        return CommandRun.of(Map.of("EIDER_ENGINE_EXTENSION_DIRECTORY", directory.toString()), arguments);
    }

    @Test
    void statusShowsWhatIsMissingAndWhereItWouldBe() {
        CommandRun run = run("extensions", "status");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .containsPattern("avro +does not load +" + directory)
                .containsPattern("httpfs +does not load +" + directory)
                .containsPattern("iceberg +does not load +" + directory)
                .containsPattern("parquet +loads +\\(built in\\)");
        assertThat(run.err()).contains("avro: not installed", "`eider extensions install` fetches them");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void installSaysWhatItCannotFetchAndHowElseToGetIt() {
        CommandRun run = run("extensions", "install", "--from", empty.toString());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith("eider: The extension avro cannot be fetched: ")
                .contains("copy its file to " + directory)
                .hasLineCount(1);
    }

    @Test
    void aDirectoryGivenAsSettingWins() {
        CommandRun run = run("extensions", "status", "--set", "engine.extension-directory=" + empty);

        assertThat(run.out()).contains(empty.toString()).doesNotContain(directory.toString());
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThat(run("extensions", "remove").exitCode()).isEqualTo(2);
        assertThat(run("extensions").exitCode()).isEqualTo(2);
        assertThat(run("extensions", "status", "--set", "engine.extensions=x").err())
                .contains("Unknown setting engine.extensions");
    }

    @Test
    void aGatewaySaysHowItReadsOrRefusesToStart() {
        Map<String, String> settings = Map.of(
                "server.port", "0",
                "warehouse", empty.resolve("warehouse").toString(),
                "engine.extension-directory", directory.toString());
        try (LocalGateway gateway = LocalGateway.start(settings, Map.of())) {
            assertThat(gateway.description().reads())
                    .contains("planned", "avro", "not installed", directory.toString());
        }

        assertThatThrownBy(() -> LocalGateway.start(settings, Map.of("EIDER_READ_ENGINE", "iceberg_scan")))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("read.engine is iceberg_scan")
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("`eider extensions install`");
    }
}
