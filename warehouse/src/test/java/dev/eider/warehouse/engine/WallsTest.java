package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two walls stand between a caller and the host: each holds without the other. */
class WallsTest {
    private static Connection open;
    private static QueryEngine engine;
    private static Path secret;

    @BeforeAll
    static void open(@TempDir Path directory) throws SQLException, IOException {
        secret = directory.resolve("secret.csv");
        Files.writeString(secret, "password\nhunter2\n");
        open = DriverManager.getConnection("jdbc:duckdb:");
        EngineConfig config = new EngineConfig(128L << 20, 1, directory.resolve("spill"), 1L << 20);
        engine = QueryEngine.open(config, List.of(directory.resolve("warehouse")));
    }

    @AfterAll
    static void close() throws SQLException {
        engine.close();
        open.close();
    }

    private static List<String> attacks() {
        return List.of(
                "SELECT * FROM read_csv('$SECRET')",
                "SELECT * FROM '$SECRET'",
                "SELECT * FROM read_text('$SECRET')",
                "SELECT * FROM read_blob('$SECRET')",
                "SELECT * FROM sniff_csv('$SECRET')",
                "SELECT (SELECT content FROM read_text('$SECRET'))",
                "WITH x AS (FROM read_text('/etc/passwd')) FROM x",
                "DESCRIBE SELECT * FROM read_csv('$SECRET')",
                "SELECT * FROM glob('/etc/*')",
                "SELECT * FROM read_json('https://localhost:1/x.json')",
                "SELECT * FROM parquet_metadata('$SECRET')",
                "COPY (SELECT 1) TO '$SECRET.out'",
                "ATTACH '$SECRET.db' AS x",
                "EXPORT DATABASE '$SECRET.dir'",
                "INSTALL httpfs",
                "LOAD '$SECRET'",
                "SET threads = 64",
                "SET enable_external_access = true",
                "RESET memory_limit",
                "CREATE PERSISTENT SECRET s (TYPE s3)");
    }

    @Test
    void theSecretCanBeReadWhereThereIsNoWall() throws SQLException {
        try (Statement statement = open.createStatement()) {
            assertThat(statement
                            .executeQuery("SELECT * FROM '%s'".formatted(secret))
                            .next())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void theGateHoldsBeforeAnEngineThatIsOpenToTheHost(String attack) {
        assertThatThrownBy(() -> new SqlParser().parse(open, attack.replace("$SECRET", secret.toString())))
                .isInstanceOf(EiderException.class);
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void theSettingsHoldWithoutTheGate(String attack) {
        try (EngineConnection connection = engine.connect()) {
            assertThatThrownBy(() ->
                            connection.query(attack.replace("$SECRET", secret.toString()), row -> row.getString(1)))
                    .isInstanceOf(EiderException.class);
        }
    }

    @Test
    void theGateHoldsWhereTheSettingsDoNot() {
        for (String attack : List.of(
                "SELECT * FROM duckdb_settings()",
                "SELECT * FROM duckdb_views()",
                "SELECT current_setting('temp_directory')",
                "SELECT * FROM query('SELECT 1')",
                "PRAGMA enable_profiling",
                "SELECT * FROM enable_logging(storage = 'file')")) {
            assertThatThrownBy(() -> new SqlParser().parse(open, attack)).isInstanceOf(EiderException.class);
        }
        try (EngineConnection connection = engine.connect()) {
            for (String keyword : List.of("user", "current_user", "session_user", "current_role", "current_schema")) {
                assertThatThrownBy(() -> connection.query("SELECT " + keyword, row -> row.getString(1)))
                        .hasMessageContaining("no column " + keyword);
            }
            assertThat(connection.query("SELECT user FROM (SELECT 7 AS user)", row -> row.getString(1)))
                    .containsExactly("7");
        }
    }
}
