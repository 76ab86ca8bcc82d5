package dev.eider.benchmark;

import dev.eider.gateway.ConfigLoader;
import dev.eider.gateway.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;

/** A gateway on a free loopback port over a temporary warehouse, and a plain Flight client to it. */
final class LocalServer implements AutoCloseable {
    private final Path directory;
    private final Gateway gateway;
    private final FlightClient client;

    LocalServer(Path directory, int threads, String memoryLimit, BufferAllocator allocator) {
        this.directory = directory;
        this.gateway = Gateway.start(ConfigLoader.load(
                Map.of(),
                Map.of(
                        "server.port",
                        "0",
                        "warehouse",
                        directory.resolve("warehouse").toString(),
                        "engine.threads",
                        Integer.toString(threads),
                        "engine.memory-limit",
                        memoryLimit)));
        this.client = connect(allocator);
    }

    /** Sends a stream as one append, and returns once its receipt is there. */
    void put(String table, ArrowReader rows, CallOption... options) throws IOException {
        put(client, table, rows, options);
    }

    /** Sends a stream as one append over a connection of {@link #connect}. */
    static void put(FlightClient client, String table, ArrowReader rows, CallOption... options) throws IOException {
        VectorSchemaRoot root = rows.getVectorSchemaRoot();
        AsyncPutListener receipts = new AsyncPutListener();
        FlightClient.ClientStreamListener upload =
                client.startPut(FlightDescriptor.path(table), root, receipts, options);
        upload.setUseZeroCopy(true);
        while (rows.loadNextBatch()) {
            awaitReady(upload);
            upload.putNext();
        }
        upload.completed();
        upload.getResult();
    }

    /** Flight's client would spin: hundreds of clients that do so leave no processor to the server beside them. */
    private static void awaitReady(FlightClient.ClientStreamListener upload) {
        for (long pause = 50_000; !upload.isReady(); pause = Math.min(2 * pause, 10_000_000)) {
            LockSupport.parkNanos(pause);
        }
    }

    /** Returns one more connection; the caller closes it. */
    FlightClient connect(BufferAllocator allocator) {
        return FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", gateway.port()))
                .build();
    }

    /** Returns the catalog's database. */
    String catalogUri() {
        return "jdbc:sqlite:" + directory.resolve("catalog.db");
    }

    /** Returns where its tables are. */
    Path warehouse() {
        return directory.resolve("warehouse");
    }

    /** Reads a whole result. */
    void get(String sql, Drain drain) throws Exception {
        Ticket ticket = new Ticket(sql.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        try (FlightStream stream = client.getStream(ticket)) {
            while (stream.next()) {
                drain.add(stream.getRoot());
            }
        }
    }

    /** Runs a statement and waits for its end. */
    void run(String sql) throws Exception {
        get(sql, new Drain());
    }

    /** Returns the data files of a table: the directory is this benchmark's own. */
    List<Path> dataFiles(String table) throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("warehouse"))) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .filter(file -> file.toString().contains("/" + table + "-"))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void close() throws Exception {
        client.close();
        gateway.close();
    }
}
