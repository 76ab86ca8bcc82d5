package dev.eider.warehouse.engine;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.duckdb.DuckDBConnection;

/**
 * Keeps the functions from callers that are called without brackets, such as {@code user}: they answer about the
 * engine's session, which is not the caller's.
 *
 * <p>In a syntax tree they look like columns, and a column of that name is one. So macros of the same names stand before
 * them, which fail wherever no column is meant. Stateless.
 */
final class KeywordFunctions {
    /** Begins the message of the error that is ours. */
    static final String MARK = "EiderKeyword: ";

    private static final Set<String> NAMES =
            Set.of("current_catalog", "current_role", "current_schema", "current_user", "session_user", "user");

    private KeywordFunctions() {}

    /** Puts the macros before the engine's functions, for all connections of the instance. */
    static void install(DuckDBConnection instance) throws SQLException {
        try (Statement statement = instance.createStatement()) {
            for (String name : NAMES) {
                statement.execute("CREATE MACRO main.%s() AS CAST(error('%s%s') AS VARCHAR)"
                        .formatted(SqlText.quoteIdentifier(name), MARK, name));
            }
        }
    }
}
