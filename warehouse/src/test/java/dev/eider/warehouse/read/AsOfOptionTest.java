package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.statement.SqlStatement;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AsOfOptionTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "8011121264579306748, AtSnapshot[snapshotId=8011121264579306748]",
        "2026-03-01, AsOf[instant=2026-03-01T00:00:00Z]",
        "2026-03-01 10:30, AsOf[instant=2026-03-01T10:30:00Z]",
        "2026-03-01T10:30:00.5Z, AsOf[instant=2026-03-01T10:30:00.500Z]",
        "2026-03-01T10:30:00+02:00, AsOf[instant=2026-03-01T08:30:00Z]",
        "2026-03-01 10:30:00-0530, AsOf[instant=2026-03-01T16:00:00Z]",
        "main, AtRef[name=main]",
        "2026-03, AtRef[name=2026-03]",
    })
    void readsAVersionAsPeopleWriteIt(String text, String version) {
        assertThat(TableVersion.of(text)).hasToString(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"9999999999999999999", "2026-02-30", "2026-03-01T25:00:00Z"})
    void refusesWhatCannotBe(String text) {
        assertThatThrownBy(() -> TableVersion.of(text))
                .isInstanceOfSatisfying(
                        EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }

    @Test
    void readsEveryTableThatHasNoVersionOfItsOwn() {
        try (TestWarehouse test = new TestWarehouse(directory)) {
            long first = append(test, 0);
            long second = append(test, 10);
            try (TableCatalog foreign = test.catalog()) {
                foreign.loadTable(TestWarehouse.table("t"))
                        .manageSnapshots()
                        .createTag("v1", first)
                        .commit();
            }
            String both =
                    "SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM t AT (VERSION => %d))".formatted(second);

            assertThat(query(test, both, Long.toString(first))).containsExactly("10|20");
            assertThat(query(test, both, "v1")).containsExactly("10|20");
            assertThat(query(test, "SELECT count(*) FROM t", "2999-01-01")).containsExactly("20");
            assertThat(query(test, "SELECT count(*) FROM \"t$snapshots\"", "v1"))
                    .containsExactly("2");
            assertThat(test.rows(test.warehouse()
                            .bindTable(TestWarehouse.table("t"), ReadOptions.NONE.asOf(new TableVersion.AtRef("v1")))))
                    .hasSize(10);
            assertThatThrownBy(() -> query(test, both, "2001-01-01"))
                    .isInstanceOfSatisfying(
                            EiderException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_NOT_FOUND))
                    .hasMessageContaining("no snapshot as of 2001-01-01T00:00:00Z: it has " + first)
                    .hasMessageContaining("the oldest first");
            assertThatThrownBy(() -> test.warehouse()
                            .prepare("DROP TABLE t", ReadOptions.NONE.asOf(new TableVersion.AtRef("v1"))))
                    .hasMessageContaining("as-of");
        }
    }

    private static long append(TestWarehouse test, long from) {
        return test.append("t", TestRows.numbered(test.allocator(), from, 10, 1))
                .snapshotId()
                .getAsLong();
    }

    private static List<String> query(TestWarehouse test, String sql, String version) {
        ReadOptions options = ReadOptions.NONE.asOf(TableVersion.of(version));
        return test.rows(((SqlStatement.Query) test.warehouse().prepare(sql, options)).query());
    }
}
