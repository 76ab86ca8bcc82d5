package dev.eider.catalog;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The smallest catalog: one pointer, and a log that is written in the same transaction. For tests of a faulty driver.
 * Immutable.
 */
final class PointerTable {
    private final String uri;

    PointerTable(String uri) {
        this.uri = uri;
    }

    void create() throws SQLException {
        try (Connection connection = DriverManager.getConnection(uri);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE iceberg_tables (location VARCHAR(100))");
            statement.execute("CREATE TABLE log (location VARCHAR(100))");
            statement.execute("INSERT INTO iceberg_tables VALUES ('v0')");
        }
    }

    /** Returns the pointer and what has been logged, as a connection of its own sees them. */
    String current() throws SQLException {
        try (Connection connection = DriverManager.getConnection(uri);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT location, 0 AS logged FROM iceberg_tables"
                        + " UNION ALL SELECT location, 1 AS logged FROM log ORDER BY logged, location")) {
            StringBuilder state = new StringBuilder();
            while (rows.next()) {
                state.append(rows.getInt("logged") == 1 ? ", logged " : "").append(rows.getString("location"));
            }
            return state.toString();
        }
    }

    /** Swaps by a connection without faults. */
    void swap(String from, String to) {
        try (Connection connection = DriverManager.getConnection(uri)) {
            swap(connection, from, to);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Swaps and logs in one transaction. */
    static void swap(Connection connection, String from, String to) throws SQLException {
        connection.setAutoCommit(false);
        if (move(connection, from, to) == 0) {
            throw new SQLException("The pointer is not at " + from, "P0001");
        }
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO log VALUES (?)")) {
            statement.setString(1, to);
            statement.executeUpdate();
        }
        connection.commit();
    }

    /** Swaps in whatever transaction is open and returns how many pointers there were. */
    static int move(Connection connection, String from, String to) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE iceberg_tables SET location = ? WHERE location = ?")) {
            statement.setString(1, to);
            statement.setString(2, from);
            return statement.executeUpdate();
        }
    }
}
