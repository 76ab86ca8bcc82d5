package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.eider.cli.display.Terminal;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
    private static final String AIRPORTS =
            Path.of("../examples/airports.parquet").toString();

    @TempDir
    private Path directory;

    private ScriptedGateway gateway;

    @BeforeEach
    void startGateway() throws IOException {
        gateway = new ScriptedGateway();
    }

    @AfterEach
    void stopGateway() {
        gateway.close();
    }

    private CommandRun run(String... arguments) {
        return CommandRun.of(Map.of("EIDER_URL", gateway.url()), arguments);
    }

    private CommandRun onScreen(int columns, String... arguments) {
        return CommandRun.onScreen(columns, Map.of("EIDER_URL", gateway.url()), arguments);
    }

    /** Every command there is, nested ones too: {@code [query], [extensions, status], …}. */
    static Stream<List<String>> commands() {
        return below(Eider.commandLine(Terminal.ofProcess()), List.of());
    }

    private static Stream<List<String>> below(CommandLine parent, List<String> path) {
        return parent.getSubcommands().entrySet().stream().flatMap(entry -> {
            List<String> child =
                    Stream.concat(path.stream(), Stream.of(entry.getKey())).toList();
            return Stream.concat(Stream.of(child), below(entry.getValue(), child));
        });
    }

    private static String[] words(List<String> path, String... more) {
        return Stream.concat(path.stream(), Stream.of(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithExamplesHoweverWideTheScreenIs(List<String> path) {
        String command = String.join(" ", path);
        List<CommandRun> runs = Stream.concat(
                        Stream.of(run(words(path, "--help"))),
                        Stream.of(20, 50, 80, 500).map(columns -> onScreen(columns, words(path, "--help"))))
                .toList();

        assertThat(runs).allSatisfy(run -> {
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
            assertThat(run.out())
                    .contains("Usage: eider " + command)
                    .contains("Examples:")
                    .contains("  eider " + command);
        });
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpOfACommandIsAlsoPrintedByTheHelpCommand(List<String> path) {
        assumeThat(path).as("help describes commands, not what is below them").hasSize(1);

        assertThat(run("help", path.get(0)).out())
                .isEqualTo(run(path.get(0), "--help").out());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 50, 80})
    void commandsRunOnScreensOfEveryWidth(int columns) {
        String[][] calls = {
            {},
            {"help"},
            {"--version"},
            {"tables"},
            {"tables", "--columns"},
            {"snapshots", "flights"},
            {"ping"},
            {"query", "SELECT 1"},
            {"query", "bad"},
            {"qery"},
            {"ingest", AIRPORTS, "-n", "t"},
            {"orphans", "t"},
            {"write", "-n", "t", "-i", "0", "--rows", "10", "--count", "1"},
            {"extensions", "status"}
        };

        assertThat(List.of(calls)).allSatisfy(call -> {
            CommandRun wide = onScreen(100, call);
            CommandRun run = onScreen(columns, call);
            assertThat(run.exitCode()).as(run.err()).isEqualTo(wide.exitCode());
            assertThat(run.out().isEmpty()).isEqualTo(wide.out().isEmpty());
            assertThat(run.err()).doesNotContain("Exception");
        });
    }

    @Test
    void aTerminalWithoutASizeCountsAsOneOfEightyColumns() throws Exception {
        String help = launched("-Deider.stdout.terminal=true", "-Deider.columns=0");

        assertThat(help)
                .contains("Usage: eider")
                .isEqualTo(launched("-Deider.stdout.terminal=true", "-Deider.columns=80"));
    }

    private static String launched(String... properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(List.of(properties));
        command.addAll(List.of(Eider.class.getName(), "--help"));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void serversDoNotOfferToCallAnotherGateway() {
        assertThat(run("serve", "--help").out()).doesNotContain("--token");
        assertThat(run("serve", "--url", "grpc://elsewhere:1").exitCode()).isEqualTo(2);
        assertThat(run("query", "--help").out()).contains("--token");
    }

    @Test
    void withoutACommandPrintsUsageAndFails() {
        CommandRun run = run();

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("Commands:");
    }

    @Test
    void wrongUsageIsOneLineAndAPointerToHelp() {
        CommandRun run = run("query");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("eider: Missing required parameter: 'SQL'\nTry `eider query --help`.\n");
    }

    @Test
    void badNamesAndUrlsAreErrorsOfUsage() {
        assertThat(run("snapshots", "a..b").err()).contains("'a..b' is no table name");
        assertThat(run("snapshots", "a..b").exitCode()).isEqualTo(2);
        assertThat(run("tables", "--url", "http://x").err()).contains("'http://x' is no gateway URL");
        assertThat(run("tables", "--url", "http://x").exitCode()).isEqualTo(2);
    }

    @Test
    void refusedConnectionSaysHowToStartAGateway() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }

        CommandRun run = run("--url", "grpc://127.0.0.1:" + free, "tables");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualTo("eider: no gateway answers at grpc://127.0.0.1:" + free
                        + ": start one with `eider serve`, or name another with --url\n");
    }

    @Test
    void errorsOfTheGatewayAreOneLine() {
        CommandRun run = run("query", "bad");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo("eider: Table main.nothing does not exist\n");
        assertThat(run("query", "bad", "--verbose").err()).contains("\tat ");
    }

    @Test
    void optionsMayStandBeforeOrAfterTheCommand() {
        assertThat(CommandRun.of(Map.of(), "--url", gateway.url(), "tables").exitCode())
                .isZero();
        assertThat(CommandRun.of(Map.of(), "tables", "--url", gateway.url()).exitCode())
                .isZero();
    }

    @Test
    void sendsWhoCalls() {
        run("tables", "--token", "secret");
        run("tables", "--user", "ada", "--password", "pw");
        CommandRun.of(Map.of("EIDER_URL", gateway.url(), "EIDER_TOKEN", "env"), "tables");

        assertThat(gateway.authorizations).containsExactly("Bearer secret", "Basic YWRhOnB3", "Bearer env");
    }

    @Test
    void printsCsvWithNullsAndQuotes() {
        CommandRun run = run("query", "SELECT 1", "--output-format", "csv");

        assertThat(run.out()).isEqualTo("id,name\n0,\"a,b\"\n100,\n1,\"a,b\"\n101,\n");
    }

    @Test
    void readsSqlFromStandardInput() {
        CommandRun run =
                CommandRun.withInput("SELECT 1", Map.of("EIDER_URL", gateway.url()), "query", "-", "-f", "ndjson");

        assertThat(run.out()).startsWith("{\"id\":0,\"name\":\"a,b\"}\n{\"id\":100,\"name\":null}\n");
    }

    @Test
    void writesAFileOnlyWhenItIsComplete() throws IOException {
        Path file = directory.resolve("rows.json");

        assertThat(run("query", "SELECT 1", "-f", "json", "-o", file.toString()).exitCode())
                .isZero();
        assertThat(run("query", "bad", "-o", directory.resolve("none.csv").toString())
                        .exitCode())
                .isEqualTo(1);

        assertThat(Files.readString(file)).startsWith("[\n{\"id\":0").endsWith("}\n]\n");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void listsTablesAndSnapshots() {
        assertThat(run("tables").out())
                .isEqualTo("table            rows    size  snapshots  current snapshot\n"
                        + "main.flights  508,239  2.0 MB          3                42\n");
        assertThat(run("snapshots", "flights").out().lines().skip(2))
                .containsExactly("  2        42  2026-01-01T00:00:01Z  append      5    15  *");
    }

    @Test
    void listsColumnsBelowTheirTable() {
        assertThat(run("tables", "--columns").out().lines().skip(1))
                .containsExactly("main.flights  508,239  2.0 MB          3                42", "  date TIMESTAMP");
    }

    @Test
    void namesTheCommandThatDoesNotExist() {
        assertThat(run("qery", "SELECT 1").err()).startsWith("eider: there is no command 'qery'\nDid you mean query");
        assertThat(run("tables", "now").err()).startsWith("eider: unexpected argument 'now'\n");
    }

    @Test
    void readsAreRepeatedWhenTheGatewayWasAway() {
        gateway.failuresToCome.set(2);

        assertThat(run("tables").exitCode()).isZero();
        assertThat(gateway.calls).hasValue(3);
    }

    @Test
    void statementsAndAppendsInStepsAreNeverRepeated() {
        gateway.failuresToCome.set(1);
        assertThat(run("query", "DELETE FROM t").exitCode()).isEqualTo(1);
        assertThat(gateway.calls).hasValue(1);

        gateway.failuresToCome.set(1);
        assertThat(run("ingest", AIRPORTS, "-n", "t", "--commit-every-rows", "9")
                        .exitCode())
                .isEqualTo(1);
        assertThat(gateway.calls).hasValue(2);
        assertThat(gateway.appended).isEmpty();
    }

    @Test
    void appendsAreRepeatedUnderTheSameKey() {
        gateway.failuresToCome.set(2);
        CommandRun ingest = run("ingest", AIRPORTS, "-n", "t");
        assertThat(ingest.err()).isEmpty();
        assertThat(ingest.exitCode()).isZero();

        gateway.failuresToCome.set(1);
        assertThat(run("write", "-n", "t", "--count", "1", "--rows", "10").exitCode())
                .isZero();

        assertThat(gateway.appended).containsExactly(3376L, 10L);
        assertThat(gateway.calls).hasValue(5);
        List<String> keys = gateway.options.stream()
                .map(options -> options.get("eider-idempotency-key"))
                .toList();
        assertThat(keys).doesNotContainNull();
        assertThat(keys.subList(0, 3)).containsOnly(keys.get(0));
        assertThat(keys.subList(3, 5)).containsOnly(keys.get(3)).doesNotContain(keys.get(0));
    }

    @Test
    void everyIngestedFileHasAKeyOfItsOwnUnlessItCommitsInSteps() {
        run("ingest", AIRPORTS, AIRPORTS, "-n", "t");
        run("ingest", AIRPORTS, "-n", "t", "--commit-every-rows", "1000");

        assertThat(gateway.options)
                .extracting(options -> options.get("eider-idempotency-key"))
                .hasSize(3)
                .doesNotHaveDuplicates()
                .last()
                .isNull();
    }

    @Test
    void sendsKeyDigestAndBranchAndTellsRepetitions() {
        String[] command = {
            "ingest",
            AIRPORTS,
            "-n",
            "t",
            "--idempotency-key",
            "airports 1",
            "--content-digest",
            "md5:1",
            "--branch",
            "b"
        };

        assertThat(run(command).out()).doesNotContain("stored already");
        assertThat(run(command).out()).contains("stored already by an earlier call");
        assertThat(gateway.options)
                .containsOnly(Map.of(
                        "eider-idempotency-key", "airports 1", "eider-content-digest", "md5:1", "eider-branch", "b"));
    }

    @Test
    void refusesKeysThatDoNotNameOneAppend() {
        String key = "--idempotency-key";
        assertUsage("2 files", "ingest", AIRPORTS, AIRPORTS, "-n", "t", key, "k");
        assertUsage("steps", "ingest", AIRPORTS, "-n", "t", key, "k", "--commit-every-rows", "9");
        assertUsage("needs an idempotency key", "ingest", AIRPORTS, "-n", "t", "--content-digest", "d");
        assertUsage("visible ASCII", "ingest", AIRPORTS, "-n", "t", key, "caf\u00e9");
        assertUsage("visible ASCII", "ingest", AIRPORTS, "-n", "t", key, "");
        assertUsage("visible ASCII", "ingest", AIRPORTS, "-n", "t", key, "k".repeat(201));
        assertThat(gateway.calls).hasValue(0);
    }

    private void assertUsage(String said, String... arguments) {
        CommandRun run = run(arguments);

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(said);
    }

    @Test
    void asksForTheRequiredSnapshot() {
        assertThat(run("query", "SELECT 1", "--min-snapshot", "42").exitCode()).isZero();
        run("query", "SELECT 1");

        assertThat(gateway.options).containsExactly(Map.of("eider-min-snapshot", "42"), Map.of());
    }

    @Test
    void asksForTheTablesAsTheyWere() {
        assertThat(run("query", "SELECT 1", "--as-of", "2026-03-01T10:00:00Z").exitCode())
                .isZero();

        assertThat(gateway.options).containsExactly(Map.of("eider-as-of", "2026-03-01T10:00:00Z"));
    }

    @Test
    void writesAsOftenAsTold() {
        CommandRun run = run("write", "-n", "lab.readings", "-i", "0", "--rows", "10", "--count", "3");

        assertThat(run.exitCode()).isZero();
        assertThat(gateway.appended).containsExactly(10L, 10L, 10L);
        assertThat(gateway.paths).containsOnly("lab/readings");
        assertThat(run.out()).contains("snapshot 101").contains("snapshot 103");
        assertThat(run.err()).isEqualTo("3 appends, 30 rows committed\n");
    }

    @Test
    void ingestsFilesOneAppendEach() {
        CommandRun run = run("ingest", AIRPORTS, AIRPORTS, "--table", "t", "--mode", "append");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(gateway.appended).containsExactly(3376L, 3376L);
        assertThat(gateway.modes).containsOnly("append");
        assertThat(run.out()).contains("main.t: 3,376 rows in ").contains("1 data file of 1.2 kB");
    }

    @Test
    void filesThatCannotBeIngestedAreNamed() throws IOException {
        Path text = Files.writeString(directory.resolve("notes.txt"), "no parquet");

        assertThat(run("ingest", "absent.parquet", "-n", "t").err())
                .isEqualTo("eider: absent.parquet does not exist\n");
        assertThat(run("ingest", text.toString(), "-n", "t").err()).contains(text + " is not a Parquet file");
        Path cut = Files.write(directory.resolve("cut.parquet"), Files.readAllBytes(Path.of(AIRPORTS)));
        try (FileChannel channel = FileChannel.open(cut, StandardOpenOption.WRITE)) {
            channel.truncate(100_000);
        }
        assertThat(run("ingest", cut.toString(), "-n", "t").err())
                .startsWith("eider: " + cut + " cannot be read as Parquet: ")
                .doesNotContain("Exception");
        for (long at = 100; at < Files.size(Path.of(AIRPORTS)); at += 30_000) {
            Path bent = bent(Path.of(AIRPORTS), at);
            CommandRun run = run("ingest", bent.toString(), "-n", "t");
            assertThat(run.err()).doesNotContain("Exception");
        }
        gateway.appended.clear();
        assertThat(gateway.appended).isEmpty();
    }

    /** Returns a copy of a file in which some bytes are others. */
    private Path bent(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        for (int i = (int) at; i < Math.min(bytes.length, at + 3000); i++) {
            bytes[i] ^= (byte) 0x55;
        }
        return Files.write(directory.resolve("bent.parquet"), bytes);
    }

    @Test
    void listsAreAlsoPrintedForPrograms() {
        assertThat(run("tables", "-f", "csv").out())
                .isEqualTo("table,rows,bytes,snapshots,snapshot_id\nmain.flights,508239,1962077,3,42\n");
        assertThat(run("tables", "-f", "json", "--columns").out())
                .isEqualTo("[\n{\"table\":\"main.flights\",\"rows\":508239,\"bytes\":1962077,\"snapshots\":3,"
                        + "\"snapshot_id\":42,\"columns\":[{\"name\":\"date\",\"type\":\"TIMESTAMP\","
                        + "\"nullable\":true}]}\n]\n");
        assertThat(run("snapshots", "flights", "-f", "csv").out().lines())
                .startsWith(
                        "sequence_number,snapshot_id,parent_id,committed_at,operation,current,summary",
                        "1,41,,2026-01-01T00:00:00Z,append,false,"
                                + "\"{\"\"added-records\"\":\"\"10\"\",\"\"total-records\"\":\"\"10\"\"}\"");
        assertThat(run("snapshots", "flights", "-f", "json").out())
                .startsWith("[\n{\"sequence_number\":1,\"snapshot_id\":41,\"parent_id\":null,");
        assertThat(run("tables", "-f", "xml").exitCode()).isEqualTo(2);
    }

    @Test
    void serveCollectsSettings() {
        ServeCommand serve = new ServeCommand(Terminal.ofProcess());
        new CommandLine(serve).parseArgs("--port", "0", "-w", "/tmp/w", "--insecure", "--set", "read.engine=planned");

        assertThat(serve.settings())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "server.port", "0",
                        "warehouse", "/tmp/w",
                        "server.insecure", "true",
                        "read.engine", "planned"));
    }

    @Test
    void launcherIsWellFormed() throws Exception {
        Process check = new ProcessBuilder(List.of("bash", "-n", "../eider"))
                .inheritIO()
                .start();

        assertThat(check.waitFor()).isZero();
        assertThat(Files.isExecutable(Path.of("../eider"))).isTrue();
    }
}
