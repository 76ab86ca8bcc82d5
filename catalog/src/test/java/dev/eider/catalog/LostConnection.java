package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a writer sees whose connection goes in its swap. */
final class LostConnection {
    private LostConnection() {}

    /** Swaps, expects to lose the connection, and finds it gone for every later call. */
    static void assertLost(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement prepared = connection.prepareStatement("SELECT 1");
                Statement statement = connection.createStatement()) {
            assertState("08006", () -> PointerTable.swap(connection, "v0", "v1"));

            assertThat(connection.isValid(5)).isFalse();
            assertThat(connection.isClosed()).isTrue();
            assertState("08003", connection::rollback);
            assertState("08003", connection::commit);
            assertState("08003", prepared::executeQuery);
            assertState("08003", () -> statement.execute("SELECT 1"));
        }
    }

    static void assertState(String state, ThrowingCallable call) {
        assertThatExceptionOfType(SQLException.class).isThrownBy(call).satisfies(e -> assertThat(e.getSQLState())
                .isEqualTo(state));
    }
}
