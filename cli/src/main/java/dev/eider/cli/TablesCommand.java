package dev.eider.cli;

import dev.eider.cli.client.TableSummary;
import dev.eider.cli.display.Amounts;
import dev.eider.cli.display.Listing;
import dev.eider.cli.display.Terminal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the tables of a gateway. */
@Command(
        name = "tables",
        mixinStandardHelpOptions = true,
        description = "List all tables with their rows, size and current snapshot.",
        footer = {"%nExamples:", "  eider tables", "  eider tables --columns"})
final class TablesCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final ConnectionOptions connection;

    @Option(names = "--columns", description = "Also list each table's columns")
    private boolean columns;

    TablesCommand(Terminal terminal, ConnectionOptions connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    @Override
    public Integer call() throws Exception {
        return connection.connected(terminal, (client, allocator) -> {
            List<TableSummary> tables = client.tables();
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

    private static String known(@Nullable Long number, LongFunction<String> text) {
        return number == null || number < 0 ? "-" : text.apply(number);
    }
}
