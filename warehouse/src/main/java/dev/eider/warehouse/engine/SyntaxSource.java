package dev.eider.warehouse.engine;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** DuckDB's own parser: what gives the syntax tree of a text, as JSON. */
@FunctionalInterface
interface SyntaxSource {
    /** Returns what the parser answers: a tree, or an error and where it is. */
    String serialized(String sql);

    /** Returns the parser of a connection, on which nothing else is run. */
    static SyntaxSource over(Connection connection) {
        return sql -> {
            try (PreparedStatement statement = prepare(connection)) {
                return serialized(statement, sql);
            } catch (SQLException e) {
                throw failed(e);
            }
        };
    }

    /** Prepares the question for a tree, which costs three times what the answer does. */
    static PreparedStatement prepare(Connection connection) throws SQLException {
        return connection.prepareStatement("SELECT json_serialize_sql(CAST(? AS VARCHAR))");
    }

    /** Asks a prepared question. */
    static String serialized(PreparedStatement statement, String sql) throws SQLException {
        statement.setString(1, sql);
        try (ResultSet rows = statement.executeQuery()) {
            if (rows.next()) {
                return rows.getString(1);
            }
            throw new EiderException(ErrorCode.INTERNAL, "The engine gave no syntax tree");
        }
    }

    /** Returns the error for a parser that does not work. */
    static EiderException failed(SQLException cause) {
        return new EiderException(ErrorCode.INTERNAL, "The engine could not parse the statement", cause);
    }
}
