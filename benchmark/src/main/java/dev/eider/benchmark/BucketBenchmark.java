package dev.eider.benchmark;

import dev.eider.gateway.ConfigLoader;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.read.QueryRun;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.StorageTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * One gigabyte in a bucket: what it takes to get there, by a gateway of little memory and by Iceberg's file IO alone, and
 * what a query takes with the cache off, cold and warm, beside the same files on a local disk.
 *
 * <p>The server of the bucket runs on the same machine and takes processor time of the same cores.
 */
final class BucketBenchmark {
    private static final int BATCHES = 1_024;
    private static final String ENGINE_MEMORY = "256MB";
    private static final int UPLOADS = 4;

    private final Path directory;
    private final BufferAllocator allocator;

    BucketBenchmark(Path directory, BufferAllocator allocator) {
        this.directory = directory.resolve("buckets");
        this.allocator = allocator;
    }

    void run(int runs) throws Exception {
        Path objects = directory.resolve("objects");
        try (BucketServer server = BucketServer.start(objects)) {
            ingest(server);
            List<Path> files = files(objects);
            copy(server, files);
            commits(server);
            queries(runs, server, files);
        }
    }

    private static List<Path> files(Path objects) throws IOException {
        try (Stream<Path> all = Files.walk(objects)) {
            return all.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }

    private static long bytes(List<Path> files) throws IOException {
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        return bytes;
    }

    private void ingest(BucketServer server) throws Exception {
        Map<String, String> settings = new HashMap<>(server.settings(server.endpoint(), directory));
        settings.put("catalog.uri", catalog());
        settings.put("engine.memory-limit", ENGINE_MEMORY);
        try (GatewayProcess gateway =
                        GatewayProcess.start(List.of("-Xmx256m", "-XX:MaxDirectMemorySize=384m"), settings);
                FlightClient client = FlightClient.builder(
                                allocator, Location.forGrpcInsecure("127.0.0.1", gateway.port()))
                        .build();
                ArrowReader rows = new RandomBatches(allocator, BATCHES)) {
            long started = System.nanoTime();
            LocalServer.put(client, "big", rows);
            double seconds = (System.nanoTime() - started) / 1e9;
            long bytes = bytes(files(directory.resolve("objects")));
            System.out.printf(
                    Locale.ROOT,
                    "%n(s3) ingest of one append over Flight: %.2f GB of Parquet in %.1f s, %.0f MB/s; the gateway's memory at most %d MB (heap 256, direct 384, DuckDB %s)%n",
                    bytes / 1e9,
                    seconds,
                    bytes / 1e6 / seconds,
                    gateway.peakBytes() >> 20,
                    ENGINE_MEMORY);
        }
    }

    private String catalog() {
        return "jdbc:sqlite:" + directory.resolve("catalog.db");
    }

    /** Sends the same files by the same file IO, with the same parts and as many at once. */
    private void copy(BucketServer server, List<Path> files) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(UPLOADS);
        try (Storage storage = Storage.open(server.storage(directory.resolve("copy-cache"), 0), FileSync.FULL)) {
            long started = System.nanoTime();
            List<Future<?>> sends = new ArrayList<>();
            for (Path file : files) {
                sends.add(threads.submit(() -> {
                    try (PositionOutputStream out = storage.io()
                            .newOutputFile(server.warehouse() + "/copies/" + file.getFileName())
                            .createOrOverwrite()) {
                        Files.copy(file, out);
                    }
                    return null;
                }));
            }
            for (Future<?> send : sends) {
                send.get();
            }
            double seconds = (System.nanoTime() - started) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "(s3) copy of its %d files, nothing else: %.1f s, %.0f MB/s%n",
                    files.size(),
                    seconds,
                    bytes(files) / 1e6 / seconds);
            storage.io().deletePrefix(server.warehouse() + "/copies");
        } finally {
            threads.shutdown();
        }
    }

    private void commits(BucketServer server) throws Exception {
        try (Warehouse warehouse = open(server, "commit-cache", "1GB")) {
            execute(warehouse, "CREATE TABLE small (a BIGINT)");
            execute(warehouse, "INSERT INTO small VALUES (0)");
            StorageTraffic before = warehouse.storageTraffic().orElseThrow();
            int commits = 10;
            for (int i = 0; i < commits; i++) {
                execute(warehouse, "INSERT INTO small VALUES (%d)".formatted(i));
            }
            StorageTraffic cost = warehouse.storageTraffic().orElseThrow().since(before);
            System.out.printf(
                    Locale.ROOT,
                    "(s3) an append that commits: %.1f PUT, %.1f GET, %.1f HEAD, %.1f LIST (goal: at most 4 and 2)%n",
                    (double) cost.puts() / commits,
                    (double) cost.gets() / commits,
                    (double) cost.heads() / commits,
                    (double) cost.lists() / commits);
        }
    }

    private static void execute(Warehouse warehouse, String sql) {
        warehouse.execute((SqlStatement.Update) warehouse.prepare(sql));
    }

    private Warehouse open(BucketServer server, String cache, String cacheSize) {
        Map<String, String> settings = new HashMap<>(server.settings(server.endpoint(), directory.resolve(cache)));
        settings.put("catalog.uri", catalog());
        settings.put("storage.cache.size", cacheSize);
        settings.put("storage.allowed-locations", directory.resolve("objects").toString());
        return Warehouse.open(ConfigLoader.load(Map.of(), settings).warehouse(), allocator);
    }

    private void queries(int runs, BucketServer server, List<Path> files) throws Exception {
        registerLocally(files);
        String one = "sum(c3)";
        String all = IntStream.range(0, RandomBatches.COLUMNS)
                .mapToObj("sum(c%d)"::formatted)
                .collect(Collectors.joining(", "));
        for (String columns : List.of(one, all)) {
            String inBucket = "SELECT %s FROM big".formatted(columns);
            String local = "SELECT %s FROM big_local".formatted(columns);
            System.out.printf(
                    Locale.ROOT,
                    "%n(s3) %s over %.2f GB in %d files%n",
                    columns.equals(one) ? "sum of one column of 16" : "sums of all 16 columns",
                    bytes(files) / 1e9,
                    files.size());
            List<String> answers = new ArrayList<>();
            try (Warehouse warehouse = open(server, "off-cache", "0")) {
                answers.add(measure("cache off, first", 1, warehouse, inBucket));
                answers.add(measure("cache off, repeated", runs, warehouse, inBucket));
            }
            try (Warehouse warehouse = open(server, "cache-of-" + columns.length(), "4GB")) {
                answers.add(measure("cache cold", 1, warehouse, inBucket));
                answers.add(measure("cache warm", runs, warehouse, inBucket));
                answers.add(measure("local disk", runs, warehouse, local));
            }
            if (answers.stream().distinct().count() != 1) {
                throw new IllegalStateException("The answers differ: " + answers);
            }
            System.out.println("  checksum of all: " + answers.get(0));
        }
    }

    /** The server keeps each object as a file, so that a second table can have the same ones on the local disk. */
    private void registerLocally(List<Path> files) {
        try (StockCatalog local = StockCatalog.open(
                catalog(), new StorageConfig(directory.resolve("objects").toString(), List.of()))) {
            Schema schema = new Schema(IntStream.range(0, RandomBatches.COLUMNS)
                    .mapToObj(column -> NestedField.optional(column + 1, "c" + column, Types.LongType.get()))
                    .toList());
            Table table = local.create("big_local", schema, Map.of());
            var append = table.newFastAppend();
            files.forEach(file -> append.appendFile(local.describe(table, file)));
            append.commit();
        }
    }

    private String measure(String title, int runs, Warehouse warehouse, String sql) throws IOException {
        StorageTraffic before = warehouse.storageTraffic().orElseThrow();
        long[] nanos = new long[runs];
        String answer = "";
        for (int run = 0; run < runs; run++) {
            long started = System.nanoTime();
            RowSet rows = new RowSet();
            try (QueryRun query = warehouse.run(((SqlStatement.Query) warehouse.prepare(sql)).query(), allocator)) {
                while (query.reader().loadNextBatch()) {
                    rows.add(query.reader().getVectorSchemaRoot());
                }
            }
            nanos[run] = System.nanoTime() - started;
            answer = rows.checksum();
        }
        StorageTraffic cost = warehouse.storageTraffic().orElseThrow().since(before);
        Latencies times = Latencies.ofNanos(nanos);
        System.out.printf(
                Locale.ROOT,
                "  %-22s %8.0f ms (max %.0f of %d)   a query: %d GET, %d HEAD, %.0f MB%n",
                title,
                times.median(),
                times.max(),
                runs,
                cost.gets() / runs,
                cost.heads() / runs,
                cost.bytesRead() / 1e6 / runs);
        return answer;
    }
}
