package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@EnabledIfPostgres
class PostgresServerTest {
    private PostgresServer server;

    @BeforeEach
    void start() {
        server = PostgresServer.orSkip();
    }

    @Test
    void listensOnTheLoopbackInterfaceOnlyAndSyncs() throws Exception {
        try (Connection connection = DriverManager.getConnection(server.newDatabase())) {
            assertThat(select(connection, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(select(connection, "SHOW fsync")).isEqualTo("on");
            assertThat(select(connection, "SELECT current_user")).isEqualTo(server.user());
        }
    }

    @Test
    void isOneForAll() {
        assertThat(PostgresServer.shared()).containsSame(server);
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        String uri = PostgresServer.withoutCredentials(server.newDatabase());

        assertThatExceptionOfType(SQLException.class)
                .isThrownBy(() -> DriverManager.getConnection(uri, server.user(), "guessed"))
                .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        try (Connection connection = DriverManager.getConnection(uri, server.user(), server.password())) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }

    @Test
    void keepsDatabasesApart() throws Exception {
        try (Connection one = DriverManager.getConnection(server.newDatabase());
                Connection other = DriverManager.getConnection(server.newDatabase())) {
            execute(one, "CREATE TABLE feathers (id INT)");

            assertThat(select(one, "SELECT count(*) FROM feathers")).isEqualTo("0");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> select(other, "SELECT count(*) FROM feathers"));
        }
    }

    @Test
    void losesConnectionsButNoCommitInARestart() throws Exception {
        String uri = server.newDatabase();
        int port = server.port();
        try (Connection committed = DriverManager.getConnection(uri);
                Connection open = DriverManager.getConnection(uri)) {
            execute(committed, "CREATE TABLE feathers (id INT)");
            open.setAutoCommit(false);
            execute(open, "INSERT INTO feathers VALUES (1)");

            server.restart();

            assertThat(open.isValid(5)).isFalse();
            assertThatExceptionOfType(SQLException.class).isThrownBy(open::commit);
        }
        assertThat(server.port()).isEqualTo(port);
        try (Connection connection = DriverManager.getConnection(uri)) {
            assertThat(select(connection, "SELECT count(*) FROM feathers")).isEqualTo("0");
        }
    }

    @Test
    void refusesConnectionsWhileItIsStopped() {
        String uri = server.newDatabase();

        server.stop();
        try {
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> DriverManager.getConnection(uri));
        } finally {
            server.start();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String select(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }
}
