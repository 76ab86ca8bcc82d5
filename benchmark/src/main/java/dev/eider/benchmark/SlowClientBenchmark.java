package dev.eider.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;

/** A result of 50,000,000 rows to a client that takes its time, from a server in a process of its own: its memory. */
final class SlowClientBenchmark {
    private static final int STORED = 1_000_000;
    private static final long GOAL_MEGABYTES = 1_024;

    private final Path directory;
    private final BufferAllocator allocator;

    SlowClientBenchmark(Path directory, BufferAllocator allocator) {
        this.directory = directory;
        this.allocator = allocator;
    }

    /** Reads so many rows, a multiple of the million that is stored, at no more than so many a second. */
    void run(long rows, long rowsPerSecond) throws Exception {
        Process server = serve();
        try (BufferedReader output = server.inputReader(UTF_8)) {
            String ready = output.readLine();
            String url = ready.replaceFirst(".*grpc://([^,]+),.*", "grpc+tcp://$1");
            try (FlightClient client =
                    FlightClient.builder(allocator, new Location(url)).build()) {
                read(client, "CREATE TABLE big (id BIGINT, k INTEGER, v DOUBLE, s VARCHAR)", Long.MAX_VALUE);
                read(
                        client,
                        "INSERT INTO big SELECT range, (range % 1000)::INTEGER, range * 0.5, 'name ' || range % 5003"
                                + " FROM range(" + STORED + ")",
                        Long.MAX_VALUE);
                long before = residentMegabytes(server.pid(), "VmRSS:");
                long start = System.nanoTime();
                Sums sums = read(
                        client,
                        "SELECT id + range * " + STORED + " AS id, k, v, s FROM big, range(" + rows / STORED + ")",
                        rowsPerSecond);
                double seconds = (System.nanoTime() - start) / 1e9;
                check(rows, sums);
                System.out.printf(
                        Locale.ROOT,
                        "%nA result of %,d rows x 4 columns to a client that takes %,d rows a second%n"
                                + "  %.1f s, checksum %d; resident memory of the server: %d MB before, %d MB at most"
                                + " (goal: under %,d MB)%n",
                        rows,
                        rowsPerSecond,
                        seconds,
                        sums.ids,
                        before,
                        residentMegabytes(server.pid(), "VmHWM:"),
                        GOAL_MEGABYTES);
            }
        } finally {
            server.destroy();
            if (!server.waitFor(30, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        }
    }

    private record Sums(long rows, long ids) {}

    private static Sums read(FlightClient client, String sql, long rowsPerSecond) throws Exception {
        long rows = 0;
        long ids = 0;
        long start = System.nanoTime();
        try (FlightStream stream = client.getStream(new Ticket(sql.getBytes(UTF_8)))) {
            while (stream.next()) {
                BigIntVector column = (BigIntVector) stream.getRoot().getVector(0);
                for (int row = 0; row < column.getValueCount(); row++) {
                    ids += column.get(row);
                }
                rows += column.getValueCount();
                long due = start + (long) (rows * 1e9 / rowsPerSecond);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }
        }
        return new Sums(rows, ids);
    }

    private static void check(long rows, Sums sums) {
        if (sums.rows != rows || sums.ids != rows * (rows - 1) / 2) {
            throw new IllegalStateException(rows + " rows were asked for, " + sums + " came");
        }
    }

    private Process serve() throws IOException {
        Path place = Files.createDirectories(directory.resolve("slow-client"));
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        "-Xmx256m",
                        "-XX:MaxDirectMemorySize=256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.eider.cli.Eider",
                        "serve",
                        "--port",
                        "0",
                        "--warehouse",
                        place.resolve("warehouse").toString(),
                        "--set",
                        "engine.memory-limit=512MB")
                .redirectError(place.resolve("log").toFile())
                .start();
        server.getOutputStream().close();
        return server;
    }

    private static long residentMegabytes(long process, String line) throws IOException {
        List<String> status = Files.readAllLines(Path.of("/proc", Long.toString(process), "status"));
        return status.stream()
                .filter(text -> text.startsWith(line))
                .mapToLong(text -> Long.parseLong(text.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }
}
