package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.eider.catalog.Faults.Kind;
import dev.eider.catalog.Faults.Point;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each fault does to a transaction that swaps a pointer, for each database that can hold a catalog. */
abstract class FaultyDriverContract {
    private Faults faults;
    private String real;
    private PointerTable pointers;

    /** Returns the URI of an empty database. */
    abstract String newDatabase() throws Exception;

    /** Checks how this database says that others are in the way. */
    abstract void assertBusy(SQLException refusal);

    @BeforeEach
    void createTable() throws Exception {
        real = newDatabase();
        pointers = new PointerTable(real);
        pointers.create();
        faults = FaultyDriver.script("contract");
    }

    @AfterEach
    void endScript() {
        faults.close();
    }

    @Test
    void changesNothingUntilArmed() throws Exception {
        try (Connection connection = open()) {
            PointerTable.swap(connection, "v0", "v1");
            assertThat(connection.isValid(5)).isTrue();
        }

        assertThat(pointers.current()).isEqualTo("v1, logged v1");
        assertThat(faults.fired()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "BEFORE_SWAP, REPLY_LOST, v0",
        "DURING_SWAP, REPLY_LOST, v0",
        "AFTER_SWAP, REPLY_LOST, 'v1, logged v1'",
        "BEFORE_SWAP, CONNECTION_RESET, v0",
        "DURING_SWAP, CONNECTION_RESET, v0",
        "AFTER_SWAP, CONNECTION_RESET, 'v1, logged v1'"
    })
    void losesTheConnection(Point point, Kind kind, String state) throws Exception {
        faults.arm(point, kind, 1);

        try (Connection connection = open()) {
            LostConnection.assertLost(connection);
        }

        assertThat(pointers.current()).isEqualTo(state);
        assertThat(faults.fired(point, kind)).isEqualTo(1);
        assertThat(faults.fired()).isEqualTo(1);
        try (Connection another = open()) {
            PointerTable.swap(another, state.substring(0, 2), "v2");
        }
        assertThat(pointers.current()).endsWith("logged v2");
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void appliesLaterWhenReleased(Point point) throws Exception {
        faults.arm(point, Kind.APPLIED_LATER, 1);

        try (Connection connection = open()) {
            LostConnection.assertLost(connection);
        }
        assertThat(pointers.current()).isEqualTo("v0");
        faults.release();

        assertThat(faults.awaitLate()).isEqualTo(1);
        assertThat(pointers.current()).startsWith("v1");
    }

    @Test
    void appliesLaterByItself() throws Exception {
        faults.arm(Point.AFTER_SWAP, Kind.APPLIED_LATER, 1).applyLaterAfter(Duration.ofMillis(300));

        try (Connection connection = open()) {
            LostConnection.assertLost(connection);
        }

        assertThat(pointers.current()).isEqualTo("v0");
        assertThat(faults.awaitLate()).isEqualTo(1);
        assertThat(pointers.current()).isEqualTo("v1, logged v1");
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void holdsItsLocksAndThenRollsBack(Point point) throws Exception {
        faults.arm(point, Kind.UNDONE_LATER, 1);

        try (Connection connection = open()) {
            LostConnection.assertLost(connection);
        }
        faults.release();

        assertThat(faults.awaitLate()).isZero();
        assertThat(pointers.current()).isEqualTo("v0");
    }

    @Test
    void rollsBackWhatWaitsWhenTheScriptEnds() throws Exception {
        faults.arm(Point.AFTER_SWAP, Kind.APPLIED_LATER, 1);
        try (Connection connection = open()) {
            LostConnection.assertLost(connection);
        }

        faults.close();

        assertThat(pointers.current()).isEqualTo("v0");
        assertThatThrownBy(this::open).isInstanceOf(SQLException.class);
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void refusesAsBusyAndKeepsTheConnection(Point point) throws Exception {
        faults.arm(point, Kind.BUSY, 2);

        try (Connection connection = open()) {
            for (int attempt = 1; attempt <= 2; attempt++) {
                assertThatExceptionOfType(SQLException.class)
                        .isThrownBy(() -> PointerTable.swap(connection, "v0", "v1"))
                        .satisfies(this::assertBusy);
                connection.rollback();
                assertThat(pointers.current()).isEqualTo("v0");
            }
            assertThat(connection.isValid(5)).isTrue();
            PointerTable.swap(connection, "v0", "v1");
        }

        assertThat(pointers.current()).isEqualTo("v1, logged v1");
        assertThat(faults.fired(point, Kind.BUSY)).isEqualTo(2);
    }

    @Test
    void commitsButSaysThatItCouldNot() throws Exception {
        faults.arm(Point.AFTER_SWAP, Kind.COMMITTED_BUT_40001, 1);

        try (Connection connection = open()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> PointerTable.swap(connection, "v0", "v1"))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("40001"));
            assertThat(pointers.current()).isEqualTo("v1, logged v1");
            PointerTable.swap(connection, "v1", "v2");
        }

        assertThat(pointers.current()).isEqualTo("v2, logged v1, logged v2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> faults.arm(Point.BEFORE_SWAP, Kind.COMMITTED_BUT_40001, 1));
    }

    @ParameterizedTest
    @CsvSource({"BEFORE_SWAP, v0", "DURING_SWAP, v0", "AFTER_SWAP, 'v1, logged v1'"})
    void killsTheProcess(Point point, String state) throws Exception {
        assertThat(Victim.run(real, point)).isEqualTo(137);

        assertThat(pointers.current()).isEqualTo(state);
    }

    @Test
    void letsAnotherWriterInBeforeTheFirstLearnsOfTheFault() throws Exception {
        faults.arm(Point.DURING_SWAP, Kind.CONNECTION_RESET, 1).onFire(() -> pointers.swap("v0", "other"));

        try (Connection connection = open()) {
            LostConnection.assertLost(connection);
        }

        assertThat(pointers.current()).isEqualTo("other, logged other");
    }

    @Test
    void rollsBackALateSwapThatFindsThePointerMoved() throws Exception {
        faults.arm(Point.BEFORE_SWAP, Kind.APPLIED_LATER, 1);
        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            assertThatThrownBy(() -> PointerTable.move(connection, "v0", "v1")).isInstanceOf(SQLException.class);
        }
        pointers.swap("v0", "other");

        faults.release();

        assertThat(faults.awaitLate()).isZero();
        assertThat(pointers.current()).isEqualTo("other, logged other");
    }

    @Test
    void takesAnUpdateThatFindsNothingForNoSwap() throws Exception {
        faults.arm(Point.AFTER_SWAP, Kind.REPLY_LOST, 1);

        try (Connection connection = open()) {
            connection.setAutoCommit(false);
            assertThat(PointerTable.move(connection, "v7", "v8")).isZero();
            connection.commit();
        }

        assertThat(faults.fired()).isZero();
    }

    @Test
    void takesASwapInAutoCommitModeForItsOwnCommit() throws Exception {
        faults.arm(Point.BEFORE_SWAP, Kind.BUSY, 1).arm(Point.AFTER_SWAP, Kind.REPLY_LOST, 1);

        try (Connection connection = open()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> PointerTable.move(connection, "v0", "v1"))
                    .satisfies(this::assertBusy);
            assertThat(pointers.current()).isEqualTo("v0");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> PointerTable.move(connection, "v0", "v1"))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("08006"));
        }

        assertThat(pointers.current()).isEqualTo("v1");
    }

    @Test
    void appliesAStatementInAutoCommitModeLater() throws Exception {
        faults.arm(Point.AFTER_SWAP, Kind.APPLIED_LATER, 1);
        try (Connection connection = open()) {
            assertThatThrownBy(() -> PointerTable.move(connection, "v0", "v1")).isInstanceOf(SQLException.class);
        }
        assertThat(pointers.current()).isEqualTo("v0");

        faults.release();

        assertThat(faults.awaitLate()).isEqualTo(1);
        assertThat(pointers.current()).isEqualTo("v1");
    }

    @Test
    void isReplacedByAPoolWhenItsConnectionIsGone() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(faults.uri(real));
        config.setMaximumPoolSize(1);
        faults.arm(Point.AFTER_SWAP, Kind.REPLY_LOST, 1);

        try (HikariDataSource pool = new HikariDataSource(config)) {
            try (Connection connection = pool.getConnection()) {
                assertThatThrownBy(() -> PointerTable.swap(connection, "v0", "v1"))
                        .isInstanceOf(SQLException.class);
            }
            try (Connection connection = pool.getConnection()) {
                PointerTable.swap(connection, "v1", "v2");
            }
        }

        assertThat(pointers.current()).isEqualTo("v2, logged v1, logged v2");
    }

    private Connection open() throws SQLException {
        return DriverManager.getConnection(faults.uri(real));
    }
}
