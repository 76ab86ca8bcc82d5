package dev.eider.cli;

import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.CsvSink;
import dev.eider.cli.display.JsonSink;
import dev.eider.cli.display.LoudOutput;
import dev.eider.cli.display.RowSink;
import dev.eider.cli.display.TableSink;
import dev.eider.cli.display.Terminal;
import dev.eider.cli.display.WaitingLine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one SQL statement and prints its rows. */
@Command(
        name = "query",
        mixinStandardHelpOptions = true,
        description = "Run one SQL statement and print its rows.",
        footer = {
            "%nExamples:",
            "  eider query \"SELECT origin, count(*) FROM flights GROUP BY ALL ORDER BY 2 DESC LIMIT 10\"",
            "  eider query \"SELECT * FROM flights AT (VERSION => 4321)\"       as of a snapshot",
            "  eider query --as-of 2026-03-01T10:00:00Z \"FROM flights\"",
            "  eider query --min-snapshot 4321 \"SELECT count(*) FROM flights\"      fails if 4321 is not in it",
            "  eider query --output-format csv --output-path flights.csv \"FROM flights\"",
            "  echo \"SELECT 42 AS answer\" | eider query - --output-format json"
        })
final class QueryCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final ConnectionOptions connection;

    /** How rows are written. */
    enum OutputFormat {
        /** A table for people. */
        DISPLAY,
        /** RFC 4180 with a header. */
        CSV,
        /** One array of objects. */
        JSON,
        /** One object a line. */
        NDJSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "SQL", description = "The statement, or - to read it from standard input")
    private String sql = "";

    @Option(
            names = {"-f", "--output-format"},
            paramLabel = "FORMAT",
            defaultValue = "display",
            description = "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private OutputFormat format = OutputFormat.DISPLAY;

    @Option(
            names = {"-o", "--output-path"},
            paramLabel = "FILE",
            description = "Write the rows there instead of to standard output")
    private @Nullable Path outputPath;

    @Option(
            names = "--min-snapshot",
            paramLabel = "ID",
            description = "Fail unless the table contains this snapshot; for several tables: namespace.table=ID,…")
    private @Nullable String minSnapshot;

    @Option(
            names = "--as-of",
            paramLabel = "VERSION",
            description =
                    "Read every table as of a snapshot id, a moment (2026-03-01T10:00:00Z; UTC if it names no zone),"
                            + " a branch or a tag, unless the statement says AT")
    private @Nullable String asOf;

    @Option(
            names = "--max-rows",
            paramLabel = "N",
            defaultValue = "40",
            description =
                    "Rows that display shows: the first and the last half; 0 shows all. Default: ${DEFAULT-VALUE}")
    private int maxRows;

    QueryCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        if (maxRows < 0) {
            throw new UsageException("--max-rows is " + maxRows + ": it cannot be negative");
        }
        String statement = sql.equals("-") ? new String(terminal.in().readAllBytes(), StandardCharsets.UTF_8) : sql;
        if (statement.isBlank()) {
            throw new UsageException("there is no SQL to run");
        }
        if (outputPath == null) {
            return run(statement, terminal);
        }
        return runToFile(statement, outputPath);
    }

    /** A file appears under its name only when it is complete. */
    private int runToFile(String statement, Path path) throws Exception {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IOException("there is no directory " + parent + " to write " + path.getFileName() + " in");
        }
        Path partial = parent.resolve(path.getFileName() + ".partial");
        try {
            try (OutputStream file = Files.newOutputStream(partial);
                    PrintStream out = LoudOutput.to(file)) {
                Terminal toFile =
                        new Terminal(terminal.in(), out, terminal.err(), terminal.environment(), Terminal.Screen.NONE);
                run(statement, toFile);
            }
            Files.move(partial, path, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
        return 0;
    }

    private int run(String statement, Terminal target) throws Exception {
        RowSink sink = sink(target);
        return connection.connected(terminal, (client, allocator) -> {
            long started = System.nanoTime();
            long rows;
            try (WaitingLine waiting = WaitingLine.start(terminal, "Running")) {
                rows = client.execute(statement, options(), sink::start, (columns, size) -> {
                    if (format != OutputFormat.DISPLAY) {
                        waiting.close(); // its rows go to the same screen
                    }
                    sink.batch(columns, size);
                });
            }
            String elapsed = Amounts.duration(Amounts.since(started));
            sink.finish(elapsed);
            if (outputPath != null) {
                terminal.remark(Amounts.count(rows, "row") + " in " + elapsed + ", written to " + outputPath);
            }
            return 0;
        });
    }

    private Map<String, String> options() {
        Map<String, String> options = new HashMap<>();
        if (minSnapshot != null) {
            options.put("eider-min-snapshot", minSnapshot);
        }
        if (asOf != null) {
            options.put("eider-as-of", asOf);
        }
        return options;
    }

    private RowSink sink(Terminal target) {
        return switch (format) {
            case DISPLAY -> new TableSink(target, maxRows);
            case CSV -> new CsvSink(target.out());
            case JSON -> new JsonSink(target.out(), true);
            case NDJSON -> new JsonSink(target.out(), false);
        };
    }
}
