package dev.eider.gateway.flight;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.catalog.ErrorCode;
import dev.eider.gateway.TestGateway;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightCallHeaders;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.HeaderCallOption;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that are not plain queries, by every protocol that carries SQL; and reads as of an earlier moment. */
class StatementKindsTest {
    @TempDir
    private static Path directory;

    private static TestGateway gateway;
    private static FlightSqlClient sql;

    @BeforeAll
    static void start() throws Exception {
        gateway = TestGateway.start(directory);
        sql = new FlightSqlClient(gateway.newClient());
        answer("CREATE TABLE flights (carrier VARCHAR, origin VARCHAR, delay BIGINT)");
        answer("INSERT INTO flights VALUES ('AA', 'JFK', 5), ('UA', 'EWR', 10)");
        answer("INSERT INTO flights VALUES ('AA', 'EWR', 7), ('B6', 'JFK', 20)");
    }

    @AfterAll
    static void stop() throws Exception {
        sql.close();
        gateway.close();
    }

    @Test
    void explainsByEveryProtocol() throws Exception {
        String explain = "EXPLAIN SELECT sum(delay) FROM flights WHERE delay > 15";

        for (List<List<String>> rows : byEveryProtocol(explain, "explain_key", "explain_value")) {
            assertThat(rows)
                    .contains(
                            List.of("eider_scan", "main.flights"),
                            List.of("eider_filter", "delay > 15"),
                            List.of(
                                    "eider_data_files",
                                    "2 considered, 0 pruned by partition, 1 by column bounds, 1 left"))
                    .anySatisfy(row -> assertThat(row.get(1)).contains("READ_PARQUET"))
                    .noneSatisfy(row -> assertThat(row.get(1)).containsPattern("(^|[\\s'(])/\\S+/"));
        }
    }

    @Test
    void listsTablesByEveryProtocol() throws Exception {
        for (List<List<String>> rows : byEveryProtocol("SHOW TABLES", "name")) {
            assertThat(rows).contains(List.of("flights"));
        }
        for (List<List<String>> rows : byEveryProtocol("SHOW DATABASES", "database_name")) {
            assertThat(rows).containsExactly(List.of("eider"));
        }
    }

    @Test
    void pivotsByEveryProtocol() throws Exception {
        String pivot = "PIVOT flights ON origin USING sum(delay)::BIGINT GROUP BY carrier ORDER BY carrier";

        for (List<List<String>> rows : byEveryProtocol(pivot, "carrier", "EWR", "JFK")) {
            assertThat(rows)
                    .containsExactly(List.of("AA", "7", "5"), List.of("B6", "null", "20"), List.of("UA", "10", "null"));
        }
    }

    @Test
    void aTicketHasTheColumnsThatWerePromised() throws Exception {
        answer("CREATE TABLE growing (k VARCHAR)");
        answer("INSERT INTO growing VALUES ('a'), ('b')");
        FlightInfo info = gateway.client().getInfo(command("PIVOT growing ON k"));
        answer("INSERT INTO growing VALUES ('c')");

        try (FlightStream stream =
                gateway.client().getStream(info.getEndpoints().get(0).getTicket())) {
            assertThat(stream.getSchema()).isEqualTo(info.getSchemaOptional().orElseThrow());
        }
        assertThat(names(gateway.client()
                        .getInfo(command("PIVOT growing ON k"))
                        .getSchemaOptional()
                        .orElseThrow()))
                .containsExactly("a", "b", "c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT count(*) FROM flights",
                "SELECT \"JFK\" FROM (PIVOT flights ON origin) WHERE \"JFK\" > 0",
            })
    void readsAsOfTheVersionInTheHeader(String query) throws Exception {
        String first = answer("SELECT min_by(snapshot_id, committed_at) FROM \"flights$snapshots\"")
                .get(0)
                .get(0);
        String moment = answer("SELECT strftime(min(committed_at), '%Y-%m-%dT%H:%M:%S.%fZ') FROM \"flights$snapshots\"")
                .get(0)
                .get(0);

        List<List<String>> now = answer(query);
        for (String version : List.of(first, moment)) {
            List<List<String>> then =
                    TestRows.read(gateway.client().getStream(new Ticket(query.getBytes(UTF_8)), asOf(version)));
            FlightInfo info = gateway.client().getInfo(command(query), asOf(version));
            List<List<String>> byTicket = TestRows.read(
                    gateway.client().getStream(info.getEndpoints().get(0).getTicket()));
            FlightInfo inSql = sql.execute(query, asOf(version));
            List<List<String>> bySql =
                    TestRows.read(sql.getStream(inSql.getEndpoints().get(0).getTicket()));

            assertThat(then).isNotEqualTo(now);
            assertThat(byTicket).isEqualTo(then);
            assertThat(bySql).isEqualTo(then);
        }
    }

    @Test
    void readsAPathAsOfTheVersionInTheHeader() throws Exception {
        String first = answer("SELECT min_by(snapshot_id, committed_at) FROM \"flights$snapshots\"")
                .get(0)
                .get(0);
        FlightInfo info = gateway.client().getInfo(FlightDescriptor.path("flights"), asOf(first));

        assertThat(TestRows.read(
                        gateway.client().getStream(info.getEndpoints().get(0).getTicket())))
                .containsExactlyInAnyOrder(List.of("AA", "JFK", "5"), List.of("UA", "EWR", "10"));
    }

    @Test
    void refusesAVersionThatThereIsNot() {
        for (String version : List.of("2001-01-01", "42", "nothing")) {
            FlightRuntimeException refusal = catchThrowableOfType(FlightRuntimeException.class, () -> gateway.client()
                    .getInfo(command("SELECT count(*) FROM flights"), asOf(version)));

            assertThat(refusal.status().metadata().get(FlightErrors.CODE))
                    .isEqualTo(ErrorCode.VERSION_NOT_FOUND.name());
            assertThat(refusal.status().description()).contains(version);
        }
    }

    private static CallOption asOf(String version) {
        FlightCallHeaders headers = new FlightCallHeaders();
        headers.insert("eider-as-of", version);
        return new HeaderCallOption(headers);
    }

    /** Returns the rows by a plain ticket, by a signed one, by Flight SQL and by JDBC, which all have these columns. */
    private static List<List<List<String>>> byEveryProtocol(String statement, String... columns) throws Exception {
        List<List<List<String>>> answers = new ArrayList<>();
        answers.add(answer(statement));
        FlightInfo info = gateway.client().getInfo(command(statement));
        answers.add(TestRows.read(
                gateway.client().getStream(info.getEndpoints().get(0).getTicket())));
        FlightInfo inSql = sql.execute(statement);
        answers.add(TestRows.read(sql.getStream(inSql.getEndpoints().get(0).getTicket())));

        assertThat(names(info.getSchemaOptional().orElseThrow())).containsExactly(columns);
        assertThat(names(inSql.getSchemaOptional().orElseThrow())).containsExactly(columns);
        answers.add(byJdbc(statement, columns));
        return answers;
    }

    private static List<List<String>> byJdbc(String statement, String... columns) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:arrow-flight-sql://127.0.0.1:" + gateway.port() + "?useEncryption=false");
                PreparedStatement prepared = connection.prepareStatement(statement)) {
            assertThat(prepared.getMetaData().getColumnCount()).isEqualTo(columns.length);
            List<List<String>> rows = new ArrayList<>();
            try (ResultSet result = prepared.executeQuery()) {
                while (result.next()) {
                    List<String> row = new ArrayList<>();
                    for (String column : columns) {
                        row.add(String.valueOf(result.getString(column)));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    private static FlightDescriptor command(String statement) {
        return FlightDescriptor.command(statement.getBytes(UTF_8));
    }

    private static List<String> names(Schema schema) {
        return schema.getFields().stream().map(Field::getName).toList();
    }

    private static List<List<String>> answer(String statement) throws Exception {
        return TestRows.read(gateway.client().getStream(new Ticket(statement.getBytes(UTF_8))));
    }
}
