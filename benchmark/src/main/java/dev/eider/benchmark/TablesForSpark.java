package dev.eider.benchmark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.Snapshot;

/**
 * Writes tables through Flight, and what Eider reads from them, now and at earlier snapshots: a Spark job then compares
 * it with what Spark reads from the tables. {@code make spark} runs both.
 *
 * <p>Leaves, in a directory: {@code catalog.db} and {@code warehouse}, {@code rows/N.parquet} for each read, and {@code
 * reads.tsv}: table, snapshot id or nothing, file.
 */
public final class TablesForSpark implements AutoCloseable {
    private static final String MEMORY = "512MB";
    /** More than what is kept of the last minutes, so that upkeep removes some. */
    private static final int SMALL_APPENDS = 160;

    /** Spark has no TIME and no nanoseconds, and takes a UUID for text. */
    private static final String TYPES =
            "id BIGINT, yes BOOLEAN, i INTEGER, l BIGINT, f FLOAT, d DOUBLE, d9 DECIMAL(9, 2),"
                    + " d18 DECIMAL(18, 4), d38 DECIMAL(38, 10), day DATE, ts TIMESTAMP, tz TIMESTAMP WITH TIME ZONE, s VARCHAR,"
                    + " b BLOB, u UUID, al BIGINT[], m MAP(VARCHAR, INTEGER), st STRUCT(a DATE, b TIMESTAMP WITH TIME ZONE,"
                    + " c DECIMAL(20, 3), deep STRUCT(x INTEGER[], y VARCHAR))";

    private static final List<String> VALUES = List.of(
            "(1, true, -2147483648, -9223372036854775808, 'NaN', '-Infinity', -9999999.99, -99999999999999.9999,"
                    + " -9999999999999999999999999999.9999999999, '1582-10-15', '1969-12-31 23:59:59.999999',"
                    + " '1900-01-01 00:00:00.000001+00', '', ''::BLOB, '00000000-0000-0000-0000-000000000000', [], MAP {},"
                    + " {a: NULL, b: NULL, c: NULL, deep: NULL})",
            "(2, false, 2147483647, 9223372036854775807, '1.17549435e-38', 'NaN', 9999999.99, 99999999999999.9999,"
                    + " 9999999999999999999999999999.9999999999, '9999-12-31', '2024-02-29 00:00:00',"
                    + " '2024-02-29 23:59:59.999999+00', 'grüße, 世界', '\\x00\\xFF\\x7F\\x80'::BLOB,"
                    + " 'ffffffff-ffff-4fff-bfff-ffffffffffff', [1, NULL, 3], MAP {'k': 1, 'n': NULL}, {a: '2024-01-01',"
                    + " b: '2024-01-01 00:00:00.000001+00', c: 0.001, deep: {x: [7, NULL], y: 'z'}})",
            "(3" + ", NULL".repeat(17) + ")",
            "(4, NULL, NULL, NULL, 1.5, 1e300" + ", NULL".repeat(12) + ")");

    private final Path directory;
    private final BufferAllocator allocator;
    private final LocalServer server;
    private final FlightClient client;
    private final StockCatalog catalog;
    private final DuckDb duckDb;
    private final List<String> reads = new ArrayList<>();

    private TablesForSpark(Path directory, BufferAllocator allocator) throws Exception {
        this.directory = directory;
        this.allocator = allocator;
        this.server = new LocalServer(directory, 2, MEMORY, allocator);
        this.client = server.connect(allocator);
        this.catalog = StockCatalog.open(server.catalogUri(), server.warehouse());
        this.duckDb = new DuckDb(2, MEMORY);
    }

    /** Takes an empty or missing directory, and that of the sample data. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]).toAbsolutePath();
        Files.createDirectories(directory.resolve("rows"));
        try (BufferAllocator allocator = new RootAllocator();
                TablesForSpark tables = new TablesForSpark(directory, allocator)) {
            tables.types();
            tables.flights(Path.of(arguments[1]));
            tables.manyAppends();
            tables.server.run("CREATE TABLE nothing (id BIGINT NOT NULL, s VARCHAR)");
            tables.read("nothing");
            Files.write(directory.resolve("reads.tsv"), tables.reads);
        }
    }

    /** Every type, by statements, and once more as the Arrow batches that reading gives. */
    private void types() throws Exception {
        server.run("CREATE TABLE types (" + TYPES + ")");
        for (String values : VALUES) {
            server.run("INSERT INTO types VALUES " + values);
        }
        put("types_put", "SELECT * FROM types");
        put("types_put", "SELECT * FROM types ORDER BY id DESC");
        read("types");
        read("types_put");
    }

    /** Some appends of many rows. */
    private void flights(Path examples) throws Exception {
        for (int append = 0; append < 3; append++) {
            String sql = "SELECT * FROM '%s' LIMIT 20000 OFFSET %d"
                    .formatted(examples.resolve("flights.parquet"), append * 20_000);
            try (ArrowReader rows = duckDb.reader(sql, allocator)) {
                server.put("flights", rows);
            }
        }
        read("flights");
    }

    /** So many small appends that upkeep takes snapshots out of the history and merges manifests. */
    private void manyAppends() throws Exception {
        for (int append = 0; append < SMALL_APPENDS; append++) {
            try (ArrowReader rows = new NumberedRows(allocator, append * 3L, 3)) {
                server.put("appends", rows);
            }
        }
        read("appends");
    }

    private void put(String table, String sql) throws Exception {
        try (FlightStream stream = stream(sql);
                ArrowReader rows = new FlightRows(stream, allocator)) {
            server.put(table, rows);
        }
    }

    private FlightStream stream(String sql) {
        return client.getStream(new Ticket(sql.getBytes(StandardCharsets.UTF_8)));
    }

    /** Reads a table now, and at the first and some other of its snapshots. */
    private void read(String name) throws Exception {
        read(name, "", name);
        List<Long> snapshots = new ArrayList<>();
        for (Snapshot snapshot : catalog.load(name).snapshots()) {
            snapshots.add(snapshot.snapshotId());
        }
        System.out.printf(
                Locale.ROOT,
                "%-12s %3d snapshots, %3d manifests%n",
                name,
                snapshots.size(),
                snapshots.isEmpty()
                        ? 0
                        : catalog.load(name)
                                .currentSnapshot()
                                .allManifests(catalog.io())
                                .size());
        int step = Math.max(1, snapshots.size() / 3);
        for (int i = 0; i < snapshots.size(); i += step) {
            read(name, snapshots.get(i).toString(), name + " AT (VERSION => " + snapshots.get(i) + ")");
        }
    }

    private void read(String name, String snapshot, String relation) throws Exception {
        Path file = directory.resolve("rows").resolve(reads.size() + ".parquet");
        String columns = name.startsWith("types") ? "* REPLACE (CAST(u AS VARCHAR) AS u)" : "*";
        try (FlightStream stream = stream("SELECT " + columns + " FROM " + relation);
                ArrowReader rows = new FlightRows(stream, allocator)) {
            duckDb.consume(rows, allocator, "COPY (SELECT * FROM arrow_rows) TO '" + file + "' (FORMAT parquet)");
        }
        reads.add(name + "\t" + snapshot + "\t" + file);
    }

    @Override
    public void close() throws IOException {
        try {
            duckDb.close();
            catalog.close();
            client.close();
            server.close();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
