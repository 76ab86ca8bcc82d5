package dev.eider.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.cli.client.EiderClient;
import dev.eider.cli.client.GatewayAddress;
import dev.eider.cli.client.PutProgress;
import dev.eider.cli.client.Receipt;
import dev.eider.cli.client.TableName;
import dev.eider.cli.client.WriteSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.duckdb.DuckDBResultSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A server with little memory takes, and gives back, millions of rows. */
@EnabledOnOs(OS.LINUX)
class ServeMemoryTest {
    private static final long ROWS = 5_000_000;

    /** Three times what it takes, and little more than half of what its limits allow: heap, direct memory, and DuckDB. */
    private static final long MOST_RESIDENT_MEGABYTES = 1_200;

    private static final String SQL = "SELECT range AS id, range % 1000 AS k, (hash(range) & 1048575)::BIGINT AS h,"
            + " range / 7 AS share, (range % 99991)::DECIMAL(18, 2) AS price,"
            + " TIMESTAMP '2001-01-01' + INTERVAL (range) SECOND AS moment,"
            + " 'customer ' || (range % 5003) AS name, range % 3 = 0 AS third FROM range(" + ROWS + ")";

    @TempDir
    private Path directory;

    @Test
    @Timeout(300)
    void streamsMillionsOfRowsInLittleMemory() throws Exception {
        Process server = serve();
        try (BufferedReader output = server.inputReader(UTF_8);
                BufferAllocator allocator = new RootAllocator()) {
            String ready = output.readLine();
            assertThat(ready).contains(" ready in ").contains("grpc://");
            String url = ready.replaceFirst(".*(grpc://[^,]+),.*", "$1");

            long started = System.nanoTime();
            Checksum sent = put(url, allocator);
            long written = System.nanoTime();
            Checksum received = get(url, allocator);
            long read = System.nanoTime();

            long peak = peakMegabytes(server.pid());
            System.out.printf(
                    "%,d rows: put in %d ms, read in %d ms, peak of the server's resident memory %d MB%n",
                    ROWS, (written - started) / 1_000_000, (read - written) / 1_000_000, peak);
            assertThat(sent.rows).isEqualTo(ROWS);
            assertThat(received).isEqualTo(sent);
            assertThat(peak).isLessThan(MOST_RESIDENT_MEGABYTES);
        } finally {
            server.destroy();
            if (!server.waitFor(30, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
        }
    }

    private Process serve() throws IOException {
        Process server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens=java.base/java.nio=ALL-UNNAMED",
                        "-Xmx512m",
                        "-XX:MaxDirectMemorySize=512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.eider.cli.Eider",
                        "serve",
                        "--port",
                        "0",
                        "--warehouse",
                        directory.resolve("warehouse").toString(),
                        "--set",
                        "engine.memory-limit=1GB")
                .redirectError(directory.resolve("log").toFile())
                .start();
        server.getOutputStream().close();
        return server;
    }

    private static Checksum put(String url, BufferAllocator allocator) throws Exception {
        Properties settings = new Properties();
        settings.setProperty("jdbc_stream_results", "true");
        try (EiderClient client = EiderClient.connect(GatewayAddress.parse(url), allocator);
                Connection duckdb = DriverManager.getConnection("jdbc:duckdb:", settings);
                Statement statement = duckdb.createStatement();
                ResultSet result = statement.executeQuery(SQL);
                ArrowReader rows = (ArrowReader) ((DuckDBResultSet) result).arrowExportStream(allocator, 65_536);
                Tally tally = new Tally(allocator, rows)) {
            List<Receipt> receipts =
                    client.append(TableName.parse("big"), WriteSettings.DEFAULT, tally, PutProgress.NONE);
            assertThat(receipts).extracting(Receipt::rows).containsExactly(ROWS);
            return tally.checksum;
        }
    }

    private static Checksum get(String url, BufferAllocator allocator) throws Exception {
        Checksum checksum = new Checksum();
        Location location = new Location(url.replace("grpc://", "grpc+tcp://"));
        try (FlightClient client = FlightClient.builder(allocator, location).build();
                FlightStream rows = client.getStream(new Ticket("SELECT * FROM big".getBytes(UTF_8)))) {
            while (rows.next()) {
                checksum.add(rows.getRoot());
            }
        }
        return checksum;
    }

    private static long peakMegabytes(long process) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    /** The number of rows, and for each column a sum over its values that does not depend on their order. */
    private static final class Checksum {
        private final long[] sums = new long[8];
        private long rows;

        void add(VectorSchemaRoot batch) {
            rows += batch.getRowCount();
            for (int column = 0; column < sums.length; column++) {
                ValueVector values = batch.getVector(column);
                for (int row = 0; row < batch.getRowCount(); row++) {
                    long hash = values.hashCode(row);
                    sums[column] += hash * hash + hash;
                }
            }
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Checksum that && rows == that.rows && Arrays.equals(sums, that.sums);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(sums);
        }

        @Override
        public String toString() {
            return rows + " rows " + Arrays.toString(sums);
        }
    }

    /** Passes rows on, and adds them up. */
    private static final class Tally extends ArrowReader {
        private final ArrowReader rows;
        private final Checksum checksum = new Checksum();

        Tally(BufferAllocator allocator, ArrowReader rows) {
            super(allocator);
            this.rows = rows;
        }

        @Override
        public VectorSchemaRoot getVectorSchemaRoot() throws IOException {
            return rows.getVectorSchemaRoot();
        }

        @Override
        public boolean loadNextBatch() throws IOException {
            boolean more = rows.loadNextBatch();
            if (more) {
                checksum.add(rows.getVectorSchemaRoot());
            }
            return more;
        }

        @Override
        public long bytesRead() {
            return 0;
        }

        @Override
        protected void closeReadSource() {}

        @Override
        protected org.apache.arrow.vector.types.pojo.Schema readSchema() throws IOException {
            return rows.getVectorSchemaRoot().getSchema();
        }
    }
}
