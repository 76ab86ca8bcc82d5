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
class FollowCommandTest {
    @TempDir
    private Path directory;

    private String url = "";

    @Test
    void printsEveryRowOnceAlsoWhenTheGatewayStartsAnew() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CompletableFuture<Integer> follow;
        String port;
        try (LocalGateway gateway = TestGateway.start(directory, "0")) {
            url = gateway.description().url();
            port = url.substring(url.lastIndexOf(':') + 1);
            write(2);
            assertThat(run("follow", "t", "--from", "0", "--count", "20", "-f", "json")
                            .out()
                            .lines())
                    .hasSize(20)
                    .allMatch(line -> line.contains("\"_change_type\":\"insert\""));

            Terminal terminal = terminal(out, err);
            follow = CompletableFuture.supplyAsync(
                    () -> Eider.run(terminal, "follow", "main.t", "--from", "0", "--count", "60", "-f", "csv"));
            write(1);
            Awaitility.await().untilAsserted(() -> assertThat(lines(out))
                    .as(err.toString(StandardCharsets.UTF_8))
                    .hasSize(31));
        }
        try (LocalGateway gateway = TestGateway.start(directory, port)) {
            assertThat(gateway.description().url()).isEqualTo(url);
            write(3);
            assertThat(follow.orTimeout(30, TimeUnit.SECONDS).join())
                    .as(err.toString(StandardCharsets.UTF_8))
                    .isZero();
        }

        List<String> lines = lines(out);
        assertThat(lines).hasSize(61).doesNotHaveDuplicates();
        assertThat(lines.get(0)).endsWith("_change_type,_commit_snapshot_id,_commit_sequence_number,_commit_timestamp");
    }

    private Terminal terminal(ByteArrayOutputStream out, ByteArrayOutputStream err) {
        return new Terminal(
                InputStream.nullInputStream(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of("EIDER_URL", url),
                Terminal.Screen.NONE);
    }

    private static List<String> lines(ByteArrayOutputStream out) {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void saysFromWhereItFollowsAndShowsFewRowsOfEachCommit() {
        try (LocalGateway gateway = TestGateway.start(directory, "0")) {
            url = gateway.description().url();
            write(2);
            CommandRun all = CommandRun.onScreen(
                    100, Map.of("EIDER_URL", url), "follow", "t", "--from", "0", "--count", "20", "--max-rows", "4");
            List<String> header = all.out().lines().skip(1).limit(1).toList();

            assertThat(all.err()).isEqualTo("Following t, branch main, from its first snapshot on; Ctrl-C ends it.\n");
            assertThat(all.out()).contains("rows (4 shown)");
            assertThat(header).first().asString().contains("_change_type").doesNotContain("_commit_snapshot_id");
            String snapshot = run("snapshots", "t", "-f", "csv")
                    .out()
                    .lines()
                    .toList()
                    .get(1)
                    .split(",")[1];
            assertThat(run("follow", "t", "--from", snapshot, "--count", "10").err())
                    .isEqualTo("Following t, branch main, from snapshot " + snapshot
                            + " on, without it; Ctrl-C ends it.\n");
        }
    }

    @Test
    void saysWhatIsMissing() {
        try (LocalGateway gateway = TestGateway.start(directory, "0")) {
            url = gateway.description().url();

            CommandRun run = run("follow", "missing");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).contains("main.missing does not exist");
            assertThat(run("follow", "t", "--from", "-2").exitCode()).isEqualTo(2);
        }
    }

    private void write(int times) {
        CommandRun write = run("write", "-n", "t", "-i", "0", "--rows", "10", "--count", Integer.toString(times));
        assertThat(write.exitCode()).as(write.err()).isZero();
    }

    private CommandRun run(String... arguments) {
        return CommandRun.of(Map.of("EIDER_URL", url), arguments);
    }
}
