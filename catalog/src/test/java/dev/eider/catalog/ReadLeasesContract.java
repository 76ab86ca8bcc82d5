package dev.eider.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.CatalogConfig.UpkeepConfig;
import dev.eider.catalog.ReadLeases.Hold;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.iceberg.exceptions.NotFoundException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Leases in a real database; each subclass names one. The default grace period of files is an hour: a read of half an
 * hour is long.
 */
abstract class ReadLeasesContract {
    private static final String TABLE = "a-table";
    private static final Duration GRACE = UpkeepConfig.DEFAULT.filesGrace();

    private final FakeClock clock = new FakeClock(Instant.parse("2030-01-01T00:00:00Z"));
    private TestDatabase database;
    private TableCatalog catalog;

    /** Returns an empty database. */
    abstract TestDatabase newDatabase();

    @BeforeEach
    void open() {
        database = newDatabase();
        catalog = openAnother();
    }

    @AfterEach
    void close() {
        catalog.close();
    }

    @Test
    void writesNothingForAShortRead() {
        try (Hold hold = hold(1)) {
            clock.advance(Duration.ofMinutes(29));
            catalog.leases().beat();

            assertThat(leases()).isEmpty();
        }
        assertThat(leases()).isEmpty();
    }

    @Test
    void holdsOneRowForAllLongReadsOfASnapshotUntilTheLastEnds() {
        Hold first = hold(1);
        clock.advance(Duration.ofMinutes(10));
        Hold second = hold(1);
        Hold another = hold(2);
        clock.advance(Duration.ofMinutes(20));
        catalog.leases().beat();

        assertThat(leases()).containsExactly(1L);
        clock.advance(Duration.ofMinutes(20));
        catalog.leases().beat();
        assertThat(leases()).containsExactlyInAnyOrder(1L, 2L);
        first.close();
        first.close();
        assertThat(leases()).containsExactlyInAnyOrder(1L, 2L);
        second.close();
        another.close();
        assertThat(leases()).isEmpty();
    }

    @Test
    void leasesAtOnceForATicketThatIsOldAlready() {
        try (Hold hold = catalog.leases().hold(TABLE, 1, clock.instant().minus(Duration.ofMinutes(31)))) {
            assertThat(leases()).containsExactly(1L);
        }
        assertThat(leases()).isEmpty();
    }

    @Test
    void keepsTheFilesOfALongReadAndNoOthers() {
        retire("memory://before", TABLE);
        clock.advance(Duration.ofMinutes(10));
        Hold hold = hold(1);
        clock.advance(Duration.ofMinutes(1));
        retire("memory://needed", TABLE);
        retire("memory://elsewhere", "another-table");

        for (int i = 0; i < 20; i++) {
            clock.advance(GRACE.dividedBy(8));
            catalog.sweep();
        }

        assertThat(retired()).containsExactly("memory://needed");
        hold.close();
        catalog.sweep();
        assertThat(retired()).isEmpty();
        assertThatThrownBy(() -> database.files().newInputFile("memory://needed"))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void isRespectedByOtherProcesses() {
        Hold hold = hold(1);
        retire("memory://needed", TABLE);
        clock.advance(Duration.ofMinutes(40));
        catalog.leases().beat();
        clock.advance(Duration.ofMinutes(40));

        try (TableCatalog other = openAnother()) {
            other.sweep();
            assertThat(retired()).containsExactly("memory://needed");
            clock.advance(Duration.ofMinutes(21));
            other.sweep();
            // The process that reads has not been heard of for an hour.
            assertThat(retired()).isEmpty();
        }
        hold.close();
    }

    private TableCatalog openAnother() {
        return database.open(UpkeepConfig.DEFAULT, clock);
    }

    private Hold hold(long snapshotId) {
        return catalog.leases().hold(TABLE, snapshotId, clock.instant());
    }

    private void retire(String location, String tableUuid) {
        try (var out = database.files().newOutputFile(location).createOrOverwrite();
                Connection connection = connect()) {
            out.write(1);
            Instant now = clock.instant();
            RetiredFiles.insert(connection, new RetiredFile(location, tableUuid, now, now.plus(GRACE)));
        } catch (SQLException | java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<Long> leases() {
        return select("SELECT snapshot_id FROM eider_leases", row -> row.getLong(1));
    }

    private List<String> retired() {
        return select("SELECT location FROM eider_retired", row -> row.getString(1));
    }

    private <T> List<T> select(String sql, SqlRows.Row<T> row) {
        try (Connection connection = connect()) {
            return SqlRows.select(connection, row, sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.uri());
    }
}
