package dev.eider.cli;

import dev.eider.cli.client.FollowReceiver;
import dev.eider.cli.client.FollowedTable;
import dev.eider.cli.client.TableName;
import dev.eider.cli.display.CsvSink;
import dev.eider.cli.display.JsonSink;
import dev.eider.cli.display.RowSink;
import dev.eider.cli.display.TableSink;
import dev.eider.cli.display.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the rows of a table as they are committed. */
@Command(
        name = "follow",
        mixinStandardHelpOptions = true,
        description = "Print the rows of a table as they are committed, each once and in the order of the commits,"
                + " until Ctrl-C.",
        footer = {
            "%nAfter the columns of the table come _change_type (insert or delete), _commit_snapshot_id,",
            "_commit_sequence_number and _commit_timestamp. A lost connection is made again, and resumed.",
            "%nExamples:",
            "  eider follow flights",
            "  eider follow flights --max-rows 5                    the first and last rows of each commit",
            "  eider follow flights --from 0 --output-format json | jq .origin",
            "  eider follow main.flights --from 4358109269873137077"
        })
final class FollowCommand implements Callable<Integer> {
    /** The line below each commit says most of what these do. */
    private static final Set<String> COMMIT_COLUMNS =
            Set.of("_commit_snapshot_id", "_commit_sequence_number", "_commit_timestamp");

    private final Terminal terminal;
    private final ConnectionOptions connection;

    /** How rows are written. */
    enum OutputFormat {
        /** A table for people, for each commit. */
        DISPLAY,
        /** RFC 4180 with a header. */
        CSV,
        /** One object a line. */
        JSON;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Parameters(index = "0", paramLabel = "TABLE", description = "What to follow: table or namespace.table")
    private String table = "";

    @Option(
            names = "--from",
            paramLabel = "SNAPSHOT",
            description = "Begin after this snapshot; 0 begins with the first. Default: the current one")
    private @Nullable Long from;

    @Option(
            names = "--branch",
            paramLabel = "NAME",
            defaultValue = "main",
            description = "Branch to follow. Default: ${DEFAULT-VALUE}")
    private String branch = "main";

    @Option(
            names = {"-f", "--output-format"},
            paramLabel = "FORMAT",
            defaultValue = "display",
            description = "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private OutputFormat format = OutputFormat.DISPLAY;

    @Option(
            names = "--max-rows",
            paramLabel = "N",
            defaultValue = "40",
            description = "Rows of each commit that display shows: the first and the last half; 0 shows all."
                    + " Default: ${DEFAULT-VALUE}")
    private int maxRows;

    @Option(names = "--count", paramLabel = "N", description = "Stop after N rows or more. Default: never")
    private long count = Long.MAX_VALUE;

    FollowCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        TableName name = UsageException.parsed(() -> TableName.parse(table));
        if (count < 1 || (from != null && from < 0)) {
            throw new UsageException("--count must be positive, --from not negative");
        }
        if (maxRows < 0) {
            throw new UsageException("--max-rows is " + maxRows + ": it cannot be negative");
        }
        OptionalLong after = from == null ? OptionalLong.empty() : OptionalLong.of(from);
        return connection.connected(terminal, (client, allocator) -> {
            try (Stop stop = Stop.onSignalSucceeding(Duration.ofSeconds(10))) {
                FollowedTable followed = client.follow(name, after, branch);
                Thread stopper = new Thread(() -> stopWith(stop, followed), "follow-stop");
                stopper.setDaemon(true);
                stopper.start();
                followed.run(new Printer(name, followed));
                terminal.out().flush();
            }
            return 0;
        });
    }

    private static void stopWith(Stop stop, FollowedTable followed) {
        try {
            stop.await();
            followed.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Prints what comes; confined to the thread that follows. */
    private final class Printer implements FollowReceiver {
        private final TableName name;
        private final FollowedTable followed;
        private boolean begun;
        private Schema schema = new Schema(List.of());
        private @Nullable RowSink sink;
        private long rows;

        Printer(TableName name, FollowedTable followed) {
            this.name = name;
            this.followed = followed;
        }

        @Override
        public void start(Schema columns) {
            schema = columns;
            sink = null;
            if (from != null) {
                begin(from);
            }
            if (format != OutputFormat.DISPLAY) {
                opened().flush();
            }
        }

        private void begin(long snapshot) {
            if (begun) {
                return;
            }
            begun = true;
            String start = snapshot == 0 ? "its first snapshot on" : "snapshot " + snapshot + " on, without it";
            terminal.remark("Following " + name + ", branch " + branch + ", from " + start + "; Ctrl-C ends it.");
        }

        private RowSink opened() {
            RowSink open = sink;
            if (open == null) {
                open = switch (format) {
                    case DISPLAY -> new TableSink(terminal, maxRows, COMMIT_COLUMNS);
                    case CSV -> new CsvSink(terminal.out());
                    case JSON -> new JsonSink(terminal.out(), false);
                };
                open.start(schema);
                sink = open;
            }
            return open;
        }

        @Override
        public void batch(List<FieldVector> columns, int size) {
            opened().batch(columns, size);
            rows += size;
        }

        @Override
        public void committed(long snapshotId) {
            begin(snapshotId);
            RowSink open = sink;
            if (open != null && format == OutputFormat.DISPLAY) {
                open.finish("snapshot " + snapshotId);
                sink = null;
            } else if (open != null) {
                open.flush();
            }
            terminal.out().flush();
            if (rows >= count) {
                followed.stop();
            }
        }

        @Override
        public void reconnecting(String reason) {
            terminal.remark("eider: " + reason + "; connecting again");
        }
    }
}
