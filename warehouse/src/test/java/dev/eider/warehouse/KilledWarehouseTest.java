package dev.eider.warehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.warehouse.storage.TestStorage;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a process that was killed while it wrote leaves behind. */
@Tag("storage")
@Timeout(180)
class KilledWarehouseTest {
    private static final int KILLS = 2;
    private static final int ROWS = 20_000;

    @TempDir
    private Path directory;

    /** Appends until it is killed; says what was acknowledged. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) {
            try (TestWarehouse test = new TestWarehouse(Path.of(arguments[0]))) {
                for (long number = Long.parseLong(arguments[1]); ; number++) {
                    test.append("t", TestRows.numbered(test.allocator(), number * ROWS, ROWS / 2, 2));
                    System.out.println(number);
                }
            }
        }
    }

    @Test
    void losesNothingThatWasAcknowledgedAndShowsNoHalves() throws Exception {
        long next = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long acknowledged = killAfter(next, 2 + kill);
            try (TestWarehouse test = new TestWarehouse(directory)) {
                List<String> appends = test.query(
                        "SELECT id // %d AS append, count(*) FROM t GROUP BY append ORDER BY append".formatted(ROWS));
                assertThat(appends).hasSizeGreaterThan((int) acknowledged).allMatch(row -> row.endsWith("|" + ROWS));
                assertThat(leftovers()).as("files that wait to be sent").isEmpty();
                next = appends.size();
                test.append("t", TestRows.numbered(test.allocator(), next * ROWS, ROWS / 2, 2));
                next++;
            }
        }
        try (TestWarehouse test = new TestWarehouse(directory)) {
            assertThat(test.query("SELECT count(*), count(DISTINCT id), max(id) FROM t"))
                    .containsExactly("%d|%d|%d".formatted(next * ROWS, next * ROWS, next * ROWS - 1));
        }
    }

    /** Runs a writer until it has acknowledged some appends, kills it, and returns the last one. */
    private long killAfter(long first, int appends) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Xmx512m"));
        command.addAll(TestStorage.propertiesForAnotherProcess(directory));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                Writer.class.getName(),
                directory.toString(),
                String.valueOf(first)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long last = -1;
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (int append = 0; append < appends; append++) {
                String line = output.readLine();
                assertThat(line).as("the writer ended by itself").isNotNull();
                last = Long.parseLong(line);
            }
            process.toHandle().destroyForcibly(); // leaves the output open, unlike that of the process
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                last = Long.parseLong(line);
            }
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return last;
    }

    private List<Path> leftovers() throws Exception {
        Path spool = directory.resolve("cache/0/spool");
        if (!Files.isDirectory(spool)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(spool)) {
            return files.toList();
        }
    }
}
