package dev.eider.gateway.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.gateway.TestGateway;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdbcTest {
    @TempDir
    private Path directory;

    private TestGateway gateway;
    private Connection connection;

    @BeforeEach
    void start() throws SQLException {
        gateway = TestGateway.start(directory);
        connection = DriverManager.getConnection(
                "jdbc:arrow-flight-sql://127.0.0.1:" + gateway.port() + "?useEncryption=false");
    }

    @AfterEach
    void stop() throws Exception {
        connection.close();
        gateway.close();
    }

    @Test
    void createsFillsReadsAndDropsATable() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE people (id BIGINT, name VARCHAR)");
            assertThat(statement.executeUpdate("INSERT INTO people VALUES (1, 'Ada'), (2, 'Grace')"))
                    .isEqualTo(2);

            assertThat(column(statement.executeQuery("SELECT name FROM people ORDER BY id"), "name"))
                    .containsExactly("Ada", "Grace");

            statement.execute("DROP TABLE people");
            assertThatThrownBy(() -> statement.executeQuery("SELECT * FROM people"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("people");
        }
    }

    @Test
    void preparesStatements() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE numbers (n BIGINT)");
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO numbers VALUES (7)")) {
            assertThat(insert.executeUpdate()).isEqualTo(1);
            assertThat(insert.executeUpdate()).isEqualTo(1);
        }
        try (PreparedStatement query = connection.prepareStatement("SELECT sum(n)::BIGINT AS total FROM numbers")) {
            assertThat(query.getMetaData().getColumnLabel(1)).isEqualTo("total");
            assertThat(column(query.executeQuery(), "total")).containsExactly("14");
        }
    }

    @Test
    void describesItself() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE people (id BIGINT, name VARCHAR)");
        }

        assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("Eider");
        assertThat(connection.getMetaData().getIdentifierQuoteString()).isEqualTo("\"");
        assertThat(connection.getMetaData().isReadOnly()).isFalse();
        assertThat(column(connection.getMetaData().getCatalogs(), "TABLE_CAT")).containsExactly("eider");
        assertThat(column(connection.getMetaData().getSchemas(), "TABLE_SCHEM")).contains("main");
        assertThat(column(connection.getMetaData().getTableTypes(), "TABLE_TYPE"))
                .containsExactly("TABLE");
        assertThat(column(connection.getMetaData().getTables(null, "main", "peo%", null), "TABLE_NAME"))
                .containsExactly("people");
        assertThat(column(connection.getMetaData().getTables(null, "main", "other%", null), "TABLE_NAME"))
                .isEmpty();
        assertThat(column(connection.getMetaData().getColumns(null, "main", "people", null), "COLUMN_NAME"))
                .containsExactly("id", "name");
    }

    @Test
    void answersEveryQuestionAboutItself() throws Exception {
        DatabaseMetaData metaData = connection.getMetaData();
        List<String> failed = new ArrayList<>();
        int asked = 0;
        for (Method getter : DatabaseMetaData.class.getMethods()) {
            if (getter.getParameterCount() == 0 && !Modifier.isStatic(getter.getModifiers())) {
                asked++;
                try {
                    Object answer = getter.invoke(metaData);
                    if (answer instanceof ResultSet rows) {
                        rows.close();
                    }
                } catch (InvocationTargetException e) {
                    failed.add(getter.getName() + ": " + e.getCause());
                }
            }
        }

        assertThat(asked).isGreaterThan(130);
        assertThat(failed).noneMatch(text -> text.contains("NullPointer"));
        assertThat(failed)
                .as("what the driver itself does not support")
                .allMatch(text -> text.contains("not supported") || text.contains("SQLFeatureNotSupported"));
        assertThat(metaData.supportsTransactions()).isFalse();
        assertThat(metaData.nullsAreSortedAtEnd()).isTrue();
        assertThat(metaData.supportsUnionAll()).isTrue();
        assertThat(metaData.supportsFullOuterJoins()).isTrue();
        assertThat(metaData.supportsStoredProcedures()).isFalse();
        assertThat(metaData.supportsGroupByUnrelated()).isTrue();
        assertThat(metaData.supportsSubqueriesInExists()).isTrue();
        assertThat(metaData.getMaxColumnNameLength()).isZero();
        assertThat(metaData.getNumericFunctions()).contains("ABS");
    }

    @Test
    void passesErrorsOn() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("SELEKT 1"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("SELEKT");
        }
    }

    private static List<String> column(ResultSet rows, String name) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet owned = rows) {
            while (owned.next()) {
                values.add(owned.getString(name));
            }
        }
        return values;
    }
}
