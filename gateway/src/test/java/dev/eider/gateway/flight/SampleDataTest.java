package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eider.gateway.TestGateway;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.duckdb.DuckDBResultSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sample data, written and read over Flight, gives the answers that DuckDB gives on the files themselves. */
@Timeout(120)
class SampleDataTest {
    private static final Path EXAMPLES =
            Path.of("..", "examples").toAbsolutePath().normalize();
    private static final String FILE = "read_parquet('" + EXAMPLES + "/%s.parquet')";

    private static TestGateway gateway;

    @BeforeAll
    static void load(@TempDir Path directory) throws Exception {
        gateway = TestGateway.start(directory, Map.of("engine.memory-limit", "1GB"));
        append("flights", "SELECT * FROM " + FILE.formatted("flights"));
        append("airports", "SELECT * FROM " + FILE.formatted("airports"));
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(*) FROM flights",
                "SELECT * FROM airports ORDER BY ALL",
                "SELECT * FROM flights ORDER BY ALL LIMIT 50000",
                "SELECT count(*), sum(delay), count(DISTINCT origin), min(date), max(date) FROM flights",
                "SELECT origin, destination, count(*) AS n, sum(delay), avg(distance) FROM flights GROUP BY ALL"
                        + " ORDER BY ALL",
                "SELECT date_trunc('day', date) AS day, count(*), median(delay) FROM flights GROUP BY ALL ORDER BY ALL",
                "SELECT a.state, count(*), sum(f.delay) FROM flights f JOIN airports a ON a.iata = f.origin"
                        + " GROUP BY ALL ORDER BY ALL",
                "SELECT o.city, d.city, count(*) FROM flights f JOIN airports o ON o.iata = f.origin"
                        + " LEFT JOIN airports d ON d.iata = f.destination WHERE f.delay > 120 GROUP BY ALL ORDER BY ALL",
                "SELECT name FROM airports WHERE iata NOT IN (SELECT origin FROM flights) ORDER BY ALL",
                "WITH late AS (SELECT origin, rank() OVER (PARTITION BY origin ORDER BY delay DESC, date, destination)"
                        + " AS r, delay FROM flights) SELECT * FROM late WHERE r = 1 ORDER BY ALL",
                "SELECT count(*) FROM flights WHERE date < TIMESTAMP '2001-01-03' AND origin = 'SFO'"
            })
    void answersAsDuckDbDoes(String sql) throws Exception {
        String onFiles = sql.replace("FROM flights", "FROM " + FILE.formatted("flights"))
                .replace("FROM airports", "FROM " + FILE.formatted("airports"))
                .replace("JOIN airports", "JOIN " + FILE.formatted("airports"));

        assertThat(read(sql)).isNotEmpty().isEqualTo(readFiles(onFiles));
    }

    @Test
    void aSnapshotAnswersTheSameAfterLaterWrites() throws Exception {
        String question = "SELECT origin, count(*), sum(delay), max(date) FROM trips%s GROUP BY ALL ORDER BY ALL";
        List<List<List<String>>> answers = new ArrayList<>();
        for (int day = 1; day <= 4; day++) {
            append("trips", "SELECT * FROM " + FILE.formatted("flights") + " WHERE dayofmonth(date) = " + day);
            answers.add(read(question.formatted("")));
        }

        List<JsonNode> snapshots = snapshots();
        assertThat(snapshots).hasSize(4);
        for (int i = 0; i < snapshots.size(); i++) {
            String version = snapshots.get(i).get("snapshot_id").asText();
            String moment = snapshots.get(i).get("committed_at").asText();
            String onFile = question.replace("trips%s", FILE.formatted("flights") + " WHERE dayofmonth(date) <= %d");
            assertThat(answers.get(i)).isEqualTo(readFiles(onFile.formatted(i + 1)));
            assertThat(read(question.formatted(" AT (VERSION => " + version + ")")))
                    .isEqualTo(answers.get(i));
            assertThat(read(question.formatted(" AT (TIMESTAMP => TIMESTAMPTZ '" + moment + "')")))
                    .isEqualTo(answers.get(i));
        }
    }

    private static List<JsonNode> snapshots() throws Exception {
        List<JsonNode> snapshots = new ArrayList<>();
        Iterator<Result> results =
                gateway.client().doAction(new Action("snapshots", "{\"table\": \"trips\"}".getBytes(UTF_8)));
        while (results.hasNext()) {
            snapshots.add(new ObjectMapper().readTree(results.next().getBody()));
        }
        return snapshots;
    }

    private static void append(String table, String sql) throws Exception {
        Properties settings = new Properties();
        settings.setProperty("jdbc_stream_results", "true");
        BufferAllocator allocator = gateway.allocator();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:", settings);
                Statement statement = duckdb.createStatement();
                ResultSet result = statement.executeQuery(sql);
                ArrowReader rows = (ArrowReader) ((DuckDBResultSet) result).arrowExportStream(allocator, 50_000);
                VectorSchemaRoot root =
                        VectorSchemaRoot.create(rows.getVectorSchemaRoot().getSchema(), allocator)) {
            FlightClient.ClientStreamListener upload =
                    gateway.client().startPut(FlightDescriptor.path(table), root, new TestRows.Receipts());
            VectorLoader loader = new VectorLoader(root);
            while (rows.loadNextBatch()) {
                try (ArrowRecordBatch batch = new VectorUnloader(rows.getVectorSchemaRoot()).getRecordBatch()) {
                    loader.load(batch);
                }
                upload.putNext();
            }
            upload.completed();
            upload.getResult();
        }
    }

    private static List<List<String>> read(String sql) throws Exception {
        return TestRows.read(gateway.client().getStream(new Ticket(sql.getBytes(UTF_8))));
    }

    private static List<List<String>> readFiles(String sql) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement();
                ResultSet result = statement.executeQuery(sql);
                ArrowReader batches =
                        (ArrowReader) ((DuckDBResultSet) result).arrowExportStream(gateway.allocator(), 50_000)) {
            while (batches.loadNextBatch()) {
                TestRows.add(batches.getVectorSchemaRoot(), rows);
            }
        }
        return rows;
    }
}
