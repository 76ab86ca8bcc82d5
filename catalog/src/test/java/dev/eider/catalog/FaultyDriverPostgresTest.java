package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

@EnabledIfPostgres
class FaultyDriverPostgresTest extends FaultyDriverContract {

    @Override
    String newDatabase() {
        return PostgresServer.orSkip().newDatabase();
    }

    @Override
    void assertBusy(SQLException refusal) {
        assertThat(refusal.getSQLState()).isEqualTo("40001");
    }

    @Test
    void acceptsNothingButARollbackAfterACollision() throws Exception {
        String real = newDatabase();
        new PointerTable(real).create();
        try (Faults faults = FaultyDriver.script("collision");
                Connection connection = DriverManager.getConnection(faults.uri(real))) {
            faults.arm(Faults.Point.BEFORE_SWAP, Faults.Kind.BUSY, 1);
            connection.setAutoCommit(false);

            LostConnection.assertState("40001", () -> PointerTable.move(connection, "v0", "v1"));

            LostConnection.assertState("25P02", () -> PointerTable.move(connection, "v0", "v1"));
            connection.rollback();
            assertThat(PointerTable.move(connection, "v0", "v1")).isEqualTo(1);
        }
    }

    @Test
    void holdsTheLocksOfALateTransactionUntilItsEnd() throws Exception {
        String real = newDatabase();
        new PointerTable(real).create();
        try (Faults faults = FaultyDriver.script("locks");
                Connection lost = DriverManager.getConnection(faults.uri(real));
                Connection other = DriverManager.getConnection(real)) {
            faults.arm(Faults.Point.AFTER_SWAP, Faults.Kind.UNDONE_LATER, 1);
            LostConnection.assertLost(lost);

            LostConnection.assertState("55P03", () -> lock(other));

            faults.release();
            faults.awaitLate();
            lock(other);
        }
    }

    private static void lock(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT location FROM iceberg_tables FOR UPDATE NOWAIT");
        }
    }
}
