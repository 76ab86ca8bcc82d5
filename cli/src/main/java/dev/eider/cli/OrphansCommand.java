package dev.eider.cli;

import dev.eider.cli.client.OrphanReport;
import dev.eider.cli.client.OrphanReport.OrphanEntry;
import dev.eider.cli.client.TableName;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.Listing;
import dev.eider.cli.display.RecordFormat;
import dev.eider.cli.display.Records;
import dev.eider.cli.display.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the files of a table that nothing refers to, and removes them on request. */
@Command(
        name = "orphans",
        mixinStandardHelpOptions = true,
        description = "List the files of a table that nothing refers to, as killed writers leave them behind.",
        footer = {
            "%nExamples:",
            "  eider orphans flights                      lists only",
            "  eider orphans flights --remove             deletes them",
            "  eider orphans flights --older-than 3d",
            "  eider orphans flights --output-format json"
        })
final class OrphansCommand implements Callable<Integer> {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6}) ?([smhd])");

    private final Terminal terminal;
    private final ConnectionOptions connection;

    @Parameters(index = "0", paramLabel = "TABLE", description = "table or namespace.table")
    private String table = "";

    @Option(
            names = "--older-than",
            paramLabel = "DURATION",
            defaultValue = "24h",
            description = "least age of a file, like 90m, 24h or 7d; at least 1h (default: ${DEFAULT-VALUE})")
    private String olderThan = "";

    @Option(names = "--remove", description = "delete the files; without it they are only listed")
    private boolean remove;

    @Option(
            names = {"-f", "--output-format"},
            paramLabel = "FORMAT",
            defaultValue = "display",
            description = "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private RecordFormat format = RecordFormat.DISPLAY;

    OrphansCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        TableName name = UsageException.parsed(() -> TableName.parse(table));
        Duration age = UsageException.parsed(() -> duration(olderThan));
        return connection.connected(terminal, (client, allocator) -> {
            int failures = 0;
            Records records = new Records("table", "location", "bytes", "age_seconds", "unfinished_upload", "deleted");
            for (OrphanReport report : client.orphans(name, age, remove)) {
                if (format == RecordFormat.DISPLAY) {
                    print(report);
                } else {
                    record(report, records);
                }
                failures += report.failures().size();
            }
            if (format != RecordFormat.DISPLAY) {
                records.print(terminal, format);
            }
            return failures == 0 ? 0 : 1;
        });
    }

    private static void record(OrphanReport report, Records records) {
        for (OrphanEntry file : report.files()) {
            boolean deleted = report.removed() && !report.failures().contains(file.location());
            records.add(report.table(), file.location(), file.bytes(), file.ageSeconds(), file.upload(), deleted);
        }
    }

    private void print(OrphanReport report) {
        if (report.files().isEmpty()) {
            terminal.remark(report.table() + " has no orphaned files.");
            return;
        }
        Listing listing = new Listing(List.of("bytes", "age", "location"), Set.of(0, 1));
        for (OrphanEntry file : report.files()) {
            listing.add(
                    Amounts.count(file.bytes()),
                    Amounts.duration(Duration.ofSeconds(file.ageSeconds())),
                    file.upload() == null ? file.location() : file.location() + " (unfinished upload)");
        }
        listing.print(terminal);
        report.failures().forEach(location -> terminal.remark("Cannot delete " + location));
        String found = Amounts.count(report.files().size() - report.failures().size(), "file");
        terminal.remark(
                report.removed()
                        ? "Deleted " + found + "."
                        : found + ", " + Amounts.bytes(report.totalBytes())
                                + ". Nothing was deleted; --remove does that.");
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("--older-than is " + text + ": write it like 90m, 24h or 7d");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
