package dev.eider.cli;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.client.GatewayException;
import dev.eider.cli.client.TableName;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.SingleRow;
import dev.eider.cli.display.Terminal;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Asks again and again how much is in a table. */
@Command(
        name = "read",
        mixinStandardHelpOptions = true,
        description = "Print every few seconds how many rows a table has, and its newest time, until Ctrl-C.",
        footer = {
            "%nA gateway that has answered once is waited for when it does not for a while.",
            "%nExamples:",
            "  eider read -n readings -i 1",
            "  eider read -n main.flights --count 1"
        })
final class ReadCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMillis(500);

    private final Terminal terminal;
    private final ConnectionOptions connection;

    @Option(
            names = {"-n", "--table"},
            required = true,
            paramLabel = "TABLE",
            description = "What to read: table or namespace.table")
    private String table = "";

    @Option(
            names = {"-i", "--interval"},
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Pause between two reads. Default: ${DEFAULT-VALUE}")
    private double intervalSeconds;

    @Option(names = "--count", paramLabel = "N", description = "Stop after N reads. Default: never")
    private long count = Long.MAX_VALUE;

    private boolean lost;

    ReadCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        TableName name = UsageException.parsed(() -> TableName.parse(table));
        if (intervalSeconds < 0 || count < 1) {
            throw new UsageException("--count must be positive, --interval not negative");
        }
        return connection.connected(terminal, (client, allocator) -> {
            try (Stop stop = Stop.onSignal(Duration.ofSeconds(10))) {
                read(client, name, stop);
            }
            return 0;
        });
    }

    private void read(EiderClient client, TableName name, Stop stop) throws InterruptedException {
        Duration interval = Duration.ofNanos((long) (intervalSeconds * 1e9));
        String sql = countingSql(client, name);
        long before = -1;
        long reads = 0;
        do {
            long started = System.nanoTime();
            Optional<SingleRow> answer = ask(client, sql, reads == 0);
            if (answer.isEmpty()) {
                if (stop.wantedWithin(PATIENCE)) {
                    return;
                }
                continue;
            }
            SingleRow row = answer.get();
            long rows = Long.parseLong(row.text(0));
            StringBuilder line = new StringBuilder()
                    .append(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS))
                    .append("  ")
                    .append(name)
                    .append("  ")
                    .append(Amounts.count(rows, "row"));
            if (before >= 0) {
                line.append(rows < before ? " (" : " (+")
                        .append(Amounts.count(rows - before))
                        .append(')');
            }
            if (row.columns() > 1) {
                line.append("  newest ").append(row.name(1)).append(' ').append(row.text(1));
            }
            terminal.line(line.append("  in ")
                    .append(Amounts.duration(Amounts.since(started)))
                    .toString());
            before = rows;
            reads++;
        } while (reads < count && !stop.wantedWithin(interval));
    }

    /** Returns nothing from a gateway that does not answer for now; at first, that is an error. */
    private Optional<SingleRow> ask(EiderClient client, String sql, boolean first) {
        SingleRow row = new SingleRow();
        try {
            client.query(sql, row::start, row::batch);
        } catch (GatewayException e) {
            if (first || !e.mayPass()) {
                throw e;
            }
            if (!lost) {
                terminal.remark(e.getMessage() + "; trying again");
            }
            lost = true;
            return Optional.empty();
        }
        lost = false;
        return Optional.of(row);
    }

    /** The newest row is told by the first column that holds a point in time, if there is one. */
    private static String countingSql(EiderClient client, TableName name) {
        SingleRow nothing = new SingleRow();
        client.query("SELECT * FROM " + name.sql() + " LIMIT 0", nothing::start, nothing::batch);
        String newest = timeColumn(nothing.schema())
                .map(column -> ", max(" + TableName.quoted(column) + ") AS " + TableName.quoted(column))
                .orElse("");
        return "SELECT count(*) AS row_count" + newest + " FROM " + name.sql();
    }

    private static Optional<String> timeColumn(Schema schema) {
        List<Field> fields = schema.getFields();
        return fields.stream()
                .filter(field ->
                        field.getType() instanceof ArrowType.Timestamp || field.getType() instanceof ArrowType.Date)
                .map(Field::getName)
                .findFirst();
    }
}
