package dev.eider.gateway;

import dev.eider.warehouse.storage.S3Server;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.TestStorage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * A real gateway on a free port over a real warehouse in a temporary directory, and a client to it.
 *
 * <p>Closing it fails when either side has not given back all Arrow memory.
 */
public final class TestGateway implements AutoCloseable {
    private final List<IllegalStateException> leaks = new CopyOnWriteArrayList<>();
    private final BufferAllocator allocator = new RootAllocator();
    private final Gateway gateway;
    private final FlightClient client;

    private TestGateway(Path directory, Map<String, String> settings) {
        Map<String, String> flags = new HashMap<>(settings);
        if (!settings.containsKey("warehouse")) {
            flags.putAll(storage(directory));
        }
        flags.putIfAbsent("server.port", "0");
        flags.putIfAbsent("server.drain-timeout", "5s");
        flags.putIfAbsent("engine.memory-limit", "256MB");
        flags.putIfAbsent("limits.arrow-memory", "512MB");
        this.gateway = Gateway.start(ConfigLoader.load(Map.of(), flags), leaks::add);
        this.client = newClient();
    }

    /** Says where the warehouse of a directory is, on either storage. */
    public static Map<String, String> storage(Path directory) {
        StorageConfig storage = TestStorage.of(directory);
        return TestStorage.isS3()
                ? bucket(directory, storage.warehouse(), S3Server.shared().endpoint())
                : Map.of("warehouse", storage.warehouse());
    }

    /**
     * Says how a warehouse in a bucket is reached.
     *
     * @param directory where the catalog, the cache and what queries spill are
     */
    public static Map<String, String> bucket(Path directory, String warehouse, String endpoint) {
        return Map.of(
                "warehouse",
                warehouse,
                "catalog.uri",
                "jdbc:sqlite:" + directory.resolve("catalog.db"),
                "engine.temp-directory",
                directory.resolve("spill").toString(),
                "storage.cache.directory",
                directory.resolve("cache").toString(),
                "storage.s3.endpoint",
                endpoint,
                "storage.s3.access-key-id",
                S3Server.KEYS.accessKeyId(),
                "storage.s3.secret-access-key",
                S3Server.KEYS.secretAccessKey());
    }

    /** Starts a gateway with defaults that suit tests. */
    public static TestGateway start(Path directory) {
        return new TestGateway(directory, Map.of());
    }

    /** Starts a gateway with some settings changed. */
    public static TestGateway start(Path directory, Map<String, String> settings) {
        return new TestGateway(directory, settings);
    }

    public int port() {
        return gateway.port();
    }

    public FlightClient client() {
        return client;
    }

    public BufferAllocator allocator() {
        return allocator;
    }

    /** Returns another connection; the caller closes it. */
    public FlightClient newClient() {
        return FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", gateway.port()))
                .build();
    }

    /** Stops the gateway and leaves the client open. */
    public void stop() {
        gateway.close();
    }

    @Override
    public void close() throws Exception {
        try (BufferAllocator ours = allocator;
                FlightClient connection = client) {
            gateway.close();
        }
        for (IllegalStateException leak : leaks) {
            throw new AssertionError("The gateway leaked Arrow memory", leak);
        }
    }
}
