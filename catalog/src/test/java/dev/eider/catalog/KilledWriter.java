package dev.eider.catalog;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A process that appends a file to a table and is killed in its swap. */
final class KilledWriter {
    private static final int ATTEMPTS = 20;

    private KilledWriter() {}

    static Process start(TestDatabase database, Faults.Point point) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        database.uri(),
                        database.warehouse(),
                        point.name())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] arguments) throws Exception {
        try (Faults faults = FaultyDriver.script("killed")) {
            CatalogConfig config =
                    new CatalogConfig(faults.uri(arguments[0]), CatalogConfig.DEFAULT_NAME, arguments[1]);
            try (TableCatalog catalog = TableCatalog.open(config, properties -> new DiskFiles())) {
                TableState table = catalog.load(TestCatalog.table("orders"));
                faults.arm(Faults.Point.valueOf(arguments[2]), Faults.Kind.KILL, 1);
                // Others may be quicker so often that the point of the kill is not reached: nothing is in then.
                boolean refused = true;
                for (int attempt = 0; refused && attempt < ATTEMPTS; attempt++) {
                    CommitOutcome outcome = catalog.committer()
                            .append(
                                    table,
                                    "main",
                                    java.util.List.of(TestCatalog.file("victim", 1)),
                                    java.util.List.of(),
                                    Duration.ofSeconds(30));
                    refused = outcome instanceof CommitOutcome.Rejected;
                }
            }
        }
    }
}
