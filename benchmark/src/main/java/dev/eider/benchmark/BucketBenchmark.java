package dev.eider.benchmark;

import dev.eider.gateway.ConfigLoader;
import dev.eider.warehouse.Warehouse;
import dev.eider.warehouse.read.QueryRun;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.storage.FileSync;
import dev.eider.warehouse.storage.S3Fault;
import dev.eider.warehouse.storage.S3FaultProxy;
import dev.eider.warehouse.storage.S3FaultProxy.Request;
import dev.eider.warehouse.storage.Storage;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.StorageTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
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
 * what a query takes with the cache off, cold and warm, and in the bucket itself where DuckDB has its extension for that, beside
 * the same files on a local disk.
 *
 * <p>The server of the bucket runs on the same machine and takes processor time of the same cores.
 */
final class BucketBenchmark {
    private static final int BATCHES = 1_024;
    private static final String ENGINE_MEMORY = "256MB";
    private static final int UPLOADS = 4;
    private static final Duration FAR = Duration.ofMillis(30);

    private final Path directory;
    private final BufferAllocator allocator;
    private final Optional<Path> extensions;
    private int caches;

    /**
     * Makes the benchmark.
     *
     * @param extensions of DuckDB, signed or not
     */
    BucketBenchmark(Path directory, BufferAllocator allocator, Optional<Path> extensions) {
        this.directory = directory.resolve("buckets");
        this.allocator = allocator;
        this.extensions = extensions;
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
            double gatewayCpu = gateway.cpuSeconds();
            double serverCpu = server.cpuSeconds();
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
            System.out.printf(
                    Locale.ROOT,
                    "  processor time of %d cores: %.1f s the gateway, %.1f s the bucket's server, and this client%n",
                    Runtime.getRuntime().availableProcessors(),
                    gateway.cpuSeconds() - gatewayCpu,
                    server.cpuSeconds() - serverCpu);
        }
    }

    private String catalog() {
        return "jdbc:sqlite:" + directory.resolve("catalog.db");
    }

    /** Sends the same files by the same file IO, with the same parts and as many at once. */
    private void copy(BucketServer server, List<Path> files) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(UPLOADS);
        try (Storage storage = Storage.open(server.storage(directory.resolve("copy-cache"), 0), FileSync.FULL)) {
            double serverCpu = server.cpuSeconds();
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
                    "(s3) copy of its %d files, nothing else: %.1f s, %.0f MB/s; processor time of the bucket's server: %.1f s%n",
                    files.size(),
                    seconds,
                    bytes(files) / 1e6 / seconds,
                    server.cpuSeconds() - serverCpu);
            storage.io().deletePrefix(server.warehouse() + "/copies");
        } finally {
            threads.shutdown();
        }
    }

    private void commits(BucketServer server) throws Exception {
        try (Warehouse warehouse = open(server.endpoint(), server, Map.of("storage.cache.size", "1GB"))) {
            execute(warehouse, "CREATE TABLE small (a BIGINT)");
            execute(warehouse, "INSERT INTO small VALUES (0)");
            StorageTraffic before = warehouse.storageTraffic().orElseThrow();
            int commits = 200;
            for (int i = 0; i < commits; i++) {
                execute(warehouse, "INSERT INTO small VALUES (%d)".formatted(i));
            }
            StorageTraffic cost = warehouse.storageTraffic().orElseThrow().since(before);
            System.out.printf(
                    Locale.ROOT,
                    "(s3) one of %d appends that commit: %.2f PUT, %.2f GET, %.2f HEAD, %.2f LIST (goal: at most 4 and 2);"
                            + " in all, %d requests failed and were repeated%n",
                    commits,
                    (double) cost.puts() / commits,
                    (double) cost.gets() / commits,
                    (double) cost.heads() / commits,
                    (double) cost.lists() / commits,
                    cost.failed());
        }
        try (S3FaultProxy proxy = S3FaultProxy.before(server.endpoint())) {
            proxy.failAlways(any -> true, S3Fault.delay(FAR));
            try (Warehouse warehouse = open(proxy.endpoint(), server, Map.of())) {
                long[] nanos = new long[20];
                for (int i = 0; i < nanos.length; i++) {
                    long started = System.nanoTime();
                    execute(warehouse, "INSERT INTO small VALUES (%d)".formatted(i));
                    nanos[i] = System.nanoTime() - started;
                }
                Latencies times = Latencies.ofNanos(nanos);
                System.out.printf(
                        Locale.ROOT,
                        "(s3) with a bucket that answers %d ms later: %.0f ms (max %.0f of %d)%n",
                        FAR.toMillis(),
                        times.median(),
                        times.max(),
                        nanos.length);
            }
        }
    }

    private static void execute(Warehouse warehouse, String sql) {
        warehouse.execute((SqlStatement.Update) warehouse.prepare(sql));
    }

    /** Opens a warehouse with an empty cache. */
    private Warehouse open(String via, BucketServer server, Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(server.settings(via, directory.resolve("cache-" + caches++)));
        settings.put("catalog.uri", catalog());
        settings.put("storage.allowed-locations", directory.resolve("objects").toString());
        settings.put("storage.s3.reads", "cached");
        extensions.ifPresent(found -> {
            settings.put("engine.extension-directory", found.toString());
            settings.put("engine.allow-unsigned-extensions", "true");
        });
        settings.putAll(more);
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
            try (Warehouse warehouse = open(server.endpoint(), server, Map.of("storage.cache.size", "0"))) {
                answers.add(measure("cache off, first", 1, warehouse, inBucket));
                answers.add(measure("cache off, repeated", runs, warehouse, inBucket));
            }
            try (Warehouse warehouse = open(server.endpoint(), server, Map.of("storage.cache.size", "4GB"))) {
                answers.add(measure("cache cold", 1, warehouse, inBucket));
                answers.add(measure("cache warm", runs, warehouse, inBucket));
                answers.add(measure("local disk", runs, warehouse, local));
            }
            if (extensions.isPresent()) {
                answers.addAll(inPlace(runs, server, inBucket, files));
            } else {
                System.out.println("  SKIPPED reading in the bucket: --extensions names no directory with httpfs");
            }
            if (answers.stream().distinct().count() != 1) {
                throw new IllegalStateException("The answers differ: " + answers);
            }
            System.out.println("  checksum of all: " + answers.get(0));
        }
    }

    private List<String> inPlace(int runs, BucketServer server, String sql, List<Path> files) throws IOException {
        List<String> answers = new ArrayList<>();
        try (Warehouse warehouse = open(server.endpoint(), server, Map.of("storage.s3.reads", "direct"))) {
            answers.add(measure("direct, first", 1, warehouse, sql));
            answers.add(measure("direct, repeated", runs, warehouse, sql));
        }
        try (Warehouse warehouse = open(server.endpoint(), server, Map.of("storage.s3.reads", "auto"))) {
            answers.add(measure("auto, first", 1, warehouse, sql));
            answers.add(measure("auto, second", 1, warehouse, sql));
            while (warehouse.storageTraffic().orElseThrow().bytesRead() < bytes(files)) {
                LockSupport.parkNanos(10_000_000);
            }
            answers.add(measure("auto, later", runs, warehouse, sql));
        }
        LongAdder bytes = new LongAdder();
        try (S3FaultProxy proxy = S3FaultProxy.before(server.endpoint())) {
            proxy.failAlways(any -> true, S3Fault.counting(bytes));
            try (Warehouse warehouse = open(proxy.endpoint(), server, Map.of("storage.s3.reads", "direct"))) {
                for (String query : List.of("first", "second")) {
                    proxy.forgetRequests();
                    bytes.reset();
                    answers.add(answer(warehouse, sql));
                    System.out.printf(
                            Locale.ROOT,
                            "  direct, %s, counted by a proxy: %d GET, %d HEAD, %.0f MB%n",
                            query,
                            proxy.count(Request.of("GET", "")),
                            proxy.count(Request.of("HEAD", "")),
                            bytes.sum() / 1e6);
                }
            }
        }
        return answers;
    }

    private String answer(Warehouse warehouse, String sql) throws IOException {
        RowSet rows = new RowSet();
        try (QueryRun query = warehouse.run(((SqlStatement.Query) warehouse.prepare(sql)).query(), allocator)) {
            while (query.reader().loadNextBatch()) {
                rows.add(query.reader().getVectorSchemaRoot());
            }
        }
        return rows.checksum();
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
            answer = answer(warehouse, sql);
            nanos[run] = System.nanoTime() - started;
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
