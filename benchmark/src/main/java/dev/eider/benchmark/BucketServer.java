package dev.eider.benchmark;

import dev.eider.warehouse.storage.S3Config;
import dev.eider.warehouse.storage.S3Server;
import dev.eider.warehouse.storage.StorageConfig;
import dev.eider.warehouse.storage.StorageConfig.CacheConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A server of the S3 protocol in a process of its own, with one bucket in a directory. Thread-safe; whoever starts it
 * closes it, which ends the process.
 */
public final class BucketServer implements AutoCloseable {
    private static final String BUCKET = "lake";

    private final Process process;
    private final String endpoint;

    private BucketServer(Process process, String endpoint) {
        this.process = process;
        this.endpoint = endpoint;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** Starts one that keeps its objects below a directory. */
    public static BucketServer start(Path directory) throws IOException {
        Files.createDirectories(directory.resolve(BUCKET));
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        S3Server.class.getName(),
                        directory.toString()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        String endpoint = lines.readLine();
        if (endpoint == null) {
            throw new IOException("The S3 server does not start");
        }
        return new BucketServer(process, endpoint);
    }

    /** Returns its URL. */
    public String endpoint() {
        return endpoint;
    }

    /** Returns where tables lie in it. */
    public String warehouse() {
        return "s3://" + BUCKET + "/warehouse";
    }

    /** Returns how its bucket is reached from this process. */
    public StorageConfig storage(Path cache, long cacheBytes) {
        return new StorageConfig(
                warehouse(), List.of(), S3Server.config(endpoint, S3Server.KEYS), new CacheConfig(cache, cacheBytes));
    }

    /**
     * Returns the settings of a gateway over it.
     *
     * @param via the URL to use, its own or that of what stands before it
     * @param directory for what the gateway keeps on this host
     */
    public Map<String, String> settings(String via, Path directory) {
        S3Config.Credentials keys = S3Server.KEYS;
        return Map.of(
                "warehouse", warehouse(),
                "storage.s3.endpoint", via,
                "storage.s3.access-key-id", keys.accessKeyId(),
                "storage.s3.secret-access-key", keys.secretAccessKey(),
                "storage.cache.directory", directory.resolve("cache").toString(),
                "engine.temp-directory", directory.resolve("spill").toString());
    }

    /** Returns the processor time that it has used so far. */
    double cpuSeconds() {
        return process.info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
