package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.SnapshotCommitter;
import dev.eider.catalog.TableCatalog;
import dev.eider.catalog.TableState;
import dev.eider.warehouse.FakeClock;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.iceberg.ExpireSnapshots;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TicketsTest {
    @TempDir
    Path directory;

    private final FakeClock clock = new FakeClock(Instant.now());
    private TestWarehouse test;

    @BeforeEach
    void open() {
        test = new TestWarehouse(directory, clock);
    }

    @AfterEach
    void everyBufferIsFreed() {
        test.close();
    }

    @Test
    void givesTheSameRowsInAnotherProcess() {
        append(0, 10);
        append(10, 10);
        String ticket = ticket("SELECT count(*), max(id) FROM t JOIN (SELECT count(*) AS n FROM t) ON true");
        append(20, 10);

        try (TestWarehouse other = new TestWarehouse(directory, clock)) {
            assertThat(other.rows(other.warehouse().redeem(ticket))).containsExactly("20|19");
        }
    }

    @Test
    void pinsTablesWithoutRowsAndQueriesWithoutTables() {
        test.execute("CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR)");
        String empty = ticket("SELECT count(*) FROM t");
        append(0, 10);

        assertThat(redeemed(empty)).containsExactly("0");
        assertThat(redeemed(ticket("SELECT 42"))).containsExactly("42");
    }

    @Test
    void expiresAfterItsLifetime() {
        append(0, 10);
        String ticket = ticket("SELECT count(*) FROM t");

        clock.advance(ReadConfig.TICKET_LIFETIME.minusMillis(1));
        assertThat(redeemed(ticket)).containsExactly("10");
        clock.advance(Duration.ofMillis(1));
        assertRefused(ErrorCode.TICKET_EXPIRED, "expired at", ticket);
    }

    @Test
    void isRefusedWhenAnyByteOfItIsAnother() {
        append(0, 10);
        String ticket = ticket("SELECT count(*) FROM t");

        IntStream.range(0, ticket.length()).forEach(index -> {
            char other = ticket.charAt(index) == 'A' ? 'B' : 'A';
            assertRefused(
                    ErrorCode.INVALID_REQUEST, "", ticket.substring(0, index) + other + ticket.substring(index + 1));
        });
    }

    @Test
    void isRefusedWhenItIsCutAnywhereOrContinued() {
        append(0, 10);
        String ticket = ticket("SELECT count(*) FROM t");

        IntStream.range(0, ticket.length())
                .forEach(length -> assertRefused(ErrorCode.INVALID_REQUEST, "", ticket.substring(0, length)));
        assertRefused(ErrorCode.INVALID_REQUEST, "", ticket + "A");
        assertRefused(ErrorCode.INVALID_REQUEST, "", ticket + ".");
        assertRefused(ErrorCode.INVALID_REQUEST, "", " " + ticket);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{..", "{.a.b", "{\"sql\":\"SELECT 1\",\"tables\":[]}", "{\"sql\": 7}.x.y"})
    void isRefusedWithoutASignature(String forged) {
        ticket("SELECT 1");

        assertRefused(ErrorCode.INVALID_REQUEST, "not one of Eider's", forged);
    }

    @Test
    void isRefusedWhenSignedForAnotherCatalog(@TempDir Path elsewhere) {
        append(0, 10);
        try (TestWarehouse other = new TestWarehouse(elsewhere, clock)) {
            String ticket = ticket("SELECT count(*) FROM t");

            assertThatThrownBy(() -> other.warehouse().redeem(ticket))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
        }
    }

    @Test
    void saysThatItsTableIsGoneOrIsAnother() {
        append(0, 10);
        String ticket = ticket("SELECT count(*) FROM t");

        test.execute("DROP TABLE t");
        assertRefused(ErrorCode.TABLE_NOT_FOUND, "main.t", ticket);
        append(0, 20);
        assertRefused(ErrorCode.VERSION_NOT_FOUND, "replaced by another", ticket);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "3"})
    void outlivesTheExpiryOfItsSnapshot(String formatVersion) {
        try (TableCatalog catalog = test.catalog()) {
            append(0, 1);
            TableState like = catalog.load(TestWarehouse.table("t"));
            catalog.committer()
                    .create(catalog.stage(
                            TestWarehouse.table("v"),
                            like.metadata().schema(),
                            Map.of("format-version", formatVersion)))
                    .orThrow();
        }
        test.append("v", TestRows.numbered(test.allocator(), 0, 10, 1));
        String ticket = ticket("SELECT count(*), sum(id) FROM v");
        for (int i = 1; i <= 3; i++) {
            test.append("v", TestRows.numbered(test.allocator(), 10 * i, 10, 1));
        }

        int kept = expireAllButTheCurrent("v");
        assertThat(formatVersion("v")).isEqualTo(Integer.parseInt(formatVersion));

        assertThat(kept).isEqualTo(1);
        assertThat(redeemed(ticket)).containsExactly("10|45");
        try (TestWarehouse other = new TestWarehouse(directory, clock)) {
            assertThat(other.rows(other.warehouse().redeem(ticket))).containsExactly("10|45");
            assertThat(other.query("SELECT count(*) FROM v")).containsExactly("40");
        }
        assertThat(test.warehouse().snapshots(TestWarehouse.table("v"))).hasSize(1);
    }

    @Test
    void saysThatTheFilesOfItsSnapshotAreGone() throws IOException {
        append(0, 10);
        String ticket = ticket("SELECT count(*) FROM t");
        try (TableCatalog catalog = test.catalog()) {
            String list = catalog.load(TestWarehouse.table("t"))
                    .metadata()
                    .currentSnapshot()
                    .manifestListLocation();
            Files.delete(Path.of(list.substring("file://".length())));
        }

        try (TestWarehouse another = new TestWarehouse(directory, clock)) {
            assertThatThrownBy(() -> another.rows(another.warehouse().redeem(ticket)))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND))
                    .hasMessageContaining("are gone")
                    .hasMessageNotContaining(directory.toString());
        }
    }

    private int formatVersion(String name) {
        try (TableCatalog catalog = test.catalog()) {
            return catalog.load(TestWarehouse.table(name)).metadata().formatVersion();
        }
    }

    private int expireAllButTheCurrent(String name) {
        try (TableCatalog catalog = test.catalog()) {
            SnapshotCommitter committer = catalog.committer();
            TableState state = catalog.load(TestWarehouse.table(name));
            long current = state.metadata().currentSnapshot().snapshotId();
            committer.edit(state, table -> expireOthers(table, current)).orThrow();
            return catalog.load(TestWarehouse.table(name))
                    .metadata()
                    .snapshots()
                    .size();
        }
    }

    private static void expireOthers(Table table, long kept) {
        var expiry = table.expireSnapshots().cleanupLevel(ExpireSnapshots.CleanupLevel.NONE);
        table.snapshots().forEach(snapshot -> {
            if (snapshot.snapshotId() != kept) {
                expiry.expireSnapshotId(snapshot.snapshotId());
            }
        });
        expiry.commit();
    }

    private String ticket(String sql) {
        return test.warehouse().ticket(((SqlStatement.Query) test.warehouse().prepare(sql)).query());
    }

    private List<String> redeemed(String ticket) {
        return test.rows(test.warehouse().redeem(ticket));
    }

    private void append(long first, int rows) {
        test.append("t", TestRows.numbered(test.allocator(), first, rows, 1));
    }

    private void assertRefused(ErrorCode code, String naming, String ticket) {
        assertThatThrownBy(() -> redeemed(ticket))
                .as(ticket)
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(naming);
    }
}
