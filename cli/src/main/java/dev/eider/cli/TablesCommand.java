package dev.eider.cli;

import dev.eider.cli.client.TableSummary;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.Listing;
import dev.eider.cli.display.RecordFormat;
import dev.eider.cli.display.Records;
import dev.eider.cli.display.Terminal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the tables of a gateway. */
@Command(
        name = "tables",
        mixinStandardHelpOptions = true,
        description = "List all tables with their rows, size and current snapshot.",
        footer = {
            "%nExamples:",
            "  eider tables",
            "  eider tables --columns",
            "  eider tables --output-format json | jq '.[].table'"
        })
final class TablesCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final ConnectionOptions connection;

    @Option(names = "--columns", description = "Also list each table's columns")
    private boolean columns;

    @Option(
            names = {"-f", "--output-format"},
            paramLabel = "FORMAT",
            defaultValue = "display",
            description = "One of: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private RecordFormat format = RecordFormat.DISPLAY;

    TablesCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        return connection.connected(terminal, (client, allocator) -> {
            List<TableSummary> tables = client.tables();
            if (format != RecordFormat.DISPLAY) {
                records(tables).print(terminal, format);
                return 0;
            }
            if (tables.isEmpty()) {
                terminal.remark("There are no tables yet: `eider ingest FILE --table NAME` makes one.");
                return 0;
            }
            Listing listing =
                    new Listing(List.of("table", "rows", "size", "snapshots", "current snapshot"), Set.of(1, 2, 3, 4));
            for (TableSummary table : tables) {
                listing.add(
                        table.fullName(),
                        known(table.rows(), Amounts::count),
                        known(table.bytes(), Amounts::bytes),
                        Amounts.count(table.snapshots()),
                        known(table.snapshotId(), number -> Long.toString(number)));
                if (table.problem() != null) {
                    listing.addNote("  " + table.problem());
                }
                if (columns) {
                    table.columns()
                            .forEach(column -> listing.addNote("  " + column.name() + " " + column.type()
                                    + (column.nullable() ? "" : " NOT NULL")));
                }
            }
            listing.print(terminal);
            return 0;
        });
    }

    private Records records(List<TableSummary> tables) {
        List<String> names = List.of("table", "rows", "bytes", "snapshots", "snapshot_id");
        Records records = new Records(Stream.concat(names.stream(), columns ? Stream.of("columns") : Stream.empty())
                .toArray(String[]::new));
        for (TableSummary table : tables) {
            records.add(
                    table.fullName(),
                    table.rows(),
                    table.bytes(),
                    table.snapshots(),
                    table.snapshotId(),
                    table.columns());
        }
        return records;
    }

    private static String known(@Nullable Long number, LongFunction<String> text) {
        return number == null || number < 0 ? "-" : text.apply(number);
    }
}
