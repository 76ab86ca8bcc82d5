package dev.eider.benchmark;

import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;

/**
 * TPC-H at scale factor 1, loaded through Eider: all 22 queries through Flight SQL, and by DuckDB in this process over the
 * same data files.
 */
final class TpchBenchmark {
    private static final String MEMORY = "2GB";
    private static final double SCALE_FACTOR = 1;
    private static final double GOAL = 1.15;
    private static final Pattern NUMBER = Pattern.compile("(?m)^-- \\d+$");

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;

    TpchBenchmark(Path directory, BufferAllocator allocator, int threads) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
    }

    void run(int runs) throws Exception {
        try (LocalServer server = new LocalServer(directory.resolve("tpch"), threads, MEMORY, allocator);
                FlightClient client = server.connect(allocator);
                DuckDb duckDb = new DuckDb(threads, MEMORY)) {
            for (TpchTable<?> table : TpchTable.getTables()) {
                load(table, server, duckDb);
            }
            FlightSqlClient flightSql = new FlightSqlClient(client);
            List<String> queries = queries();
            double logarithms = 0;
            double logarithmsOfMinima = 0;
            for (int number = 1; number <= queries.size(); number++) {
                List<double[]> millis = compare(runs, number, queries.get(number - 1), flightSql, duckDb);
                double[] eider = millis.get(0);
                double[] inProcess = millis.get(1);
                double ratio = eider[runs / 2] / inProcess[runs / 2];
                logarithms += Math.log(ratio);
                logarithmsOfMinima += Math.log(eider[0] / inProcess[0]);
                System.out.printf(
                        Locale.ROOT,
                        "  Eider takes %.2f times as long (medians; minima %.2f, %.1f ms more)%n",
                        ratio,
                        eider[0] / inProcess[0],
                        eider[0] - inProcess[0]);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%n(h) geometric mean over %d queries: %.3f times as long (medians), %.3f (minima); goal: at most"
                            + " %.2f%n",
                    queries.size(),
                    Math.exp(logarithms / queries.size()),
                    Math.exp(logarithmsOfMinima / queries.size()),
                    GOAL);
        }
    }

    private <E extends TpchEntity> void load(TpchTable<E> table, LocalServer server, DuckDb duckDb) throws Exception {
        try (ArrowReader rows = new TpchRows<>(table, SCALE_FACTOR, allocator)) {
            server.put(table.getTableName(), rows);
        }
        List<Path> files = server.dataFiles(table.getTableName());
        duckDb.execute("CREATE VIEW " + table.getTableName() + " AS SELECT * FROM " + DuckDb.readParquet(files));
        System.out.printf(
                Locale.ROOT,
                "%s: %s rows in %d files%n",
                table.getTableName(),
                duckDb.single("SELECT count(*) FROM " + table.getTableName()),
                files.size());
    }

    private static List<String> queries() throws IOException {
        try (InputStream text =
                Objects.requireNonNull(TpchBenchmark.class.getResourceAsStream("tpch.sql"), "tpch.sql")) {
            List<String> parts = List.of(NUMBER.split(new String(text.readAllBytes(), StandardCharsets.UTF_8)));
            return new ArrayList<>(parts.subList(1, parts.size()));
        }
    }

    private List<double[]> compare(int runs, int number, String sql, FlightSqlClient client, DuckDb duckDb)
            throws Exception {
        Contender eider = new Contender("Eider, Flight SQL over loopback", () -> {
            RowSet rows = new RowSet();
            for (FlightEndpoint endpoint : client.execute(sql).getEndpoints()) {
                try (FlightStream stream = client.getStream(endpoint.getTicket())) {
                    while (stream.next()) {
                        rows.add(stream.getRoot());
                    }
                }
            }
            return rows.checksum();
        });
        Contender inProcess = new Contender("DuckDB in process", () -> {
            RowSet rows = new RowSet();
            duckDb.stream(sql, allocator, rows::add);
            return rows.checksum();
        });
        return new Comparison("(h) TPC-H query " + number, runs, List.of(eider, inProcess)).measure();
    }
}
