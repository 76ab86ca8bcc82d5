package dev.eider.cli;

import dev.eider.cli.client.SnapshotSummary;
import dev.eider.cli.client.TableName;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.Listing;
import dev.eider.cli.display.RecordFormat;
import dev.eider.cli.display.Records;
import dev.eider.cli.display.Terminal;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the history of a table. */
@Command(
        name = "snapshots",
        mixinStandardHelpOptions = true,
        description = "List the kept snapshots of a table, oldest first.",
        footer = {
            "%nExamples:",
            "  eider snapshots flights",
            "  eider snapshots flights --output-format csv",
            "  eider query \"SELECT count(*) FROM flights AT (VERSION => SNAPSHOT)\"     with an id from the list"
        })
final class SnapshotsCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final ConnectionOptions connection;

    @Parameters(index = "0", paramLabel = "TABLE", description = "table or namespace.table")
    private String table = "";

    @Option(
            names = {"-f", "--output-format"},
            paramLabel = "FORMAT",
            defaultValue = "display",
            description = "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private RecordFormat format = RecordFormat.DISPLAY;

    SnapshotsCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        TableName name = UsageException.parsed(() -> TableName.parse(table));
        return connection.connected(terminal, (client, allocator) -> {
            List<SnapshotSummary> snapshots = client.snapshots(name);
            if (format != RecordFormat.DISPLAY) {
                records(snapshots).print(terminal, format);
                return 0;
            }
            if (snapshots.isEmpty()) {
                terminal.remark(name + " has no snapshots yet.");
                return 0;
            }
            Listing listing = new Listing(
                    List.of("seq", "snapshot", "committed at", "change", "added", "rows", ""), Set.of(0, 1, 4, 5));
            for (SnapshotSummary snapshot : snapshots) {
                listing.add(
                        Long.toString(snapshot.sequenceNumber()),
                        Long.toString(snapshot.snapshotId()),
                        snapshot.committedAt(),
                        snapshot.operation(),
                        count(snapshot, "added-records"),
                        count(snapshot, "total-records"),
                        snapshot.current() ? "*" : "");
            }
            listing.print(terminal);
            terminal.remark("* is the current snapshot.");
            return 0;
        });
    }

    private static Records records(List<SnapshotSummary> snapshots) {
        Records records = new Records(
                "sequence_number", "snapshot_id", "parent_id", "committed_at", "operation", "current", "summary");
        for (SnapshotSummary snapshot : snapshots) {
            records.add(
                    snapshot.sequenceNumber(),
                    snapshot.snapshotId(),
                    snapshot.parentId(),
                    snapshot.committedAt(),
                    snapshot.operation(),
                    snapshot.current(),
                    new TreeMap<>(snapshot.summary()));
        }
        return records;
    }

    private static String count(SnapshotSummary snapshot, String key) {
        long number = snapshot.count(key);
        return number < 0 ? "-" : Amounts.count(number);
    }
}
