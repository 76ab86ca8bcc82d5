package dev.eider.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.cli.local.LocalGateway;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CliEndToEndTest {
    private static final String FLIGHTS = "../examples/flights.parquet";
    private static final String AIRPORTS = "../examples/airports.parquet";

    @TempDir
    private static Path directory;

    private static LocalGateway gateway;

    @BeforeAll
    static void startGateway() {
        gateway = TestGateway.start(directory, "0");
    }

    @AfterAll
    static void stopGateway() {
        gateway.close();
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.of(Map.of("EIDER_URL", gateway.description().url()), arguments);
    }

    private static String answer(String sql) {
        CommandRun run = run("query", sql, "-f", "csv");
        assertThat(run.err()).isEmpty();
        return run.out().lines().skip(1).reduce("", (before, line) -> before + line + ";");
    }

    @Test
    void ingestedFlightsAreWhatTheFileHolds() {
        CommandRun ingest = run("ingest", FLIGHTS, "--table", "real.flights");

        assertThat(ingest.err()).isEmpty();
        assertThat(ingest.exitCode()).isZero();
        assertThat(answer("SELECT count(*), sum(delay), count(DISTINCT origin) FROM real.flights"))
                .isEqualTo("508239,3221712,223;");
        assertThat(run("tables").out()).contains("real.flights  508,239");
    }

    @Test
    void snapshotsCanBeAskedAgain() {
        run("write", "-n", "past", "-i", "0", "--rows", "100", "--count", "3");
        String history = run("snapshots", "past").out();
        String second = history.lines().toList().get(2).strip().split(" +")[1];

        assertThat(history.lines()).hasSize(4).last().asString().endsWith("*");
        assertThat(answer("SELECT count(*) FROM past AT (VERSION => " + second + ")"))
                .isEqualTo("200;");
        assertThat(answer("SELECT count(*) FROM past")).isEqualTo("300;");
        assertThat(run("read", "-n", "past", "--count", "1").out()).contains("past  300 rows  newest event_time 20");
    }

    @Test
    void orphansAreListedFirstAndRemovedOnRequest() throws Exception {
        run("write", "-n", "litter", "-i", "0", "--rows", "10", "--count", "2");
        Path stray = stray("litter");

        CommandRun listing = run("orphans", "litter");
        assertThat(listing.exitCode()).isZero();
        assertThat(listing.out()).contains(stray.toString()).hasLineCount(2);
        assertThat(listing.err()).contains("1 file, 5 B. Nothing was deleted");
        assertThat(stray).exists();

        assertThat(run("orphans", "litter", "--older-than", "2h", "--remove").err())
                .contains("Deleted 1 file.");
        assertThat(stray).doesNotExist();
        assertThat(run("orphans", "litter").err()).contains("main.litter has no orphaned files.");
        assertThat(answer("SELECT count(*) FROM litter")).isEqualTo("20;");
        assertThat(run("orphans", "litter", "--older-than", "1m").exitCode()).isEqualTo(1);
        assertThat(run("orphans", "litter", "--older-than", "soon").exitCode()).isEqualTo(2);
    }

    private static Path stray(String table) throws Exception {
        try (Stream<Path> files = Files.walk(directory.resolve("data/warehouse"))) {
            Path data = files.filter(path -> path.getFileName().toString().equals("data")
                            && path.getParent().getFileName().toString().startsWith(table))
                    .findFirst()
                    .orElseThrow();
            Path stray = Files.writeString(data.resolve("stray.parquet"), "stray");
            Files.setLastModifiedTime(stray, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
            return stray;
        }
    }

    @Test
    void ingestHonoursItsMode() {
        assertThat(run("ingest", AIRPORTS, "-n", "modes", "--mode", "append").exitCode())
                .isEqualTo(1);
        assertThat(run("ingest", AIRPORTS, "-n", "modes", "--mode", "create").exitCode())
                .isZero();
        assertThat(run("ingest", AIRPORTS, "-n", "modes", "--mode", "create").exitCode())
                .isEqualTo(1);
        assertThat(answer("SELECT count(*) FROM modes")).isEqualTo("3376;");
    }

    @Test
    void writesResultsToFiles() throws Exception {
        run("ingest", AIRPORTS, "-n", "places");
        Path file = directory.resolve("places.csv");

        CommandRun run = run("query", "FROM places ORDER BY iata", "-f", "csv", "-o", file.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(Files.readAllLines(file))
                .hasSize(3377)
                .startsWith("iata,name,city,state,country,latitude,longitude");
    }

    @Test
    void statementsThatChangeTablesPrintASentence() {
        assertThat(run("query", "CREATE TABLE said.it (a INTEGER)").out())
                .matches("CREATE TABLE said.it: done in .*\n");
        assertThat(run("query", "INSERT INTO said.it VALUES (1), (2)").out())
                .matches("INSERT INTO said.it: 2 rows in .*\n");
        assertThat(run("query", "DROP TABLE said.it").out()).matches("DROP TABLE said.it: done in .*\n");
        assertThat(run("query", "CREATE TABLE said.it (a INTEGER)", "-f", "csv").out())
                .isEqualTo("count\n0\n");
    }

    @Test
    void errorsAreOneSentence() {
        CommandRun run = run("query", "SELECT * FROM absent");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("eider: ").contains("absent").hasLineCount(1);
    }

    @Test
    void errorsAmongTheLastRowsAreOneSentenceToo() {
        String late = "SELECT CASE WHEN range > 1000000 THEN error('too late') ELSE 1 END AS v FROM range(2000000)";

        assertThat(run("query", late, "-f", "csv").err()).isEqualTo("eider: too late\n");
    }

    @Test
    void aFileThatBreaksOffIsNamedAndStoresNothing() throws Exception {
        byte[] bytes = Files.readAllBytes(Path.of(FLIGHTS));
        for (int i = bytes.length - 200_000; i < bytes.length - 197_000; i++) {
            bytes[i] ^= (byte) 0x55;
        }
        Path bent = Files.write(directory.resolve("bent.parquet"), bytes);

        assertThat(run("ingest", bent.toString(), "-n", "bent").err())
                .startsWith("eider: " + bent + " cannot be read as Parquet: Invalid")
                .doesNotContain("Exception", "errno");
        assertThat(run("query", "FROM bent").err()).contains("bent does not exist");
    }

    @Test
    void gatewayAnswersPing() {
        assertThat(run("ping").out()).contains(" answers: Eider ").contains("round trip ");
    }

    @Test
    void demonstrationEndsWell() {
        CommandRun run = CommandRun.of(
                Map.of("EIDER_HOME", Path.of("..").toAbsolutePath().toString()), "demo");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("The same answer as before").contains("Removed the temporary warehouse");
    }
}
