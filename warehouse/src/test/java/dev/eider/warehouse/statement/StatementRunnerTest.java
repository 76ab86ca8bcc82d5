package dev.eider.warehouse.statement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import dev.eider.warehouse.TestWarehouse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("storage")
class StatementRunnerTest {
    @TempDir
    Path directory;

    private TestWarehouse test;

    @BeforeEach
    void open() {
        test = new TestWarehouse(directory);
    }

    @AfterEach
    void everyBufferIsFreed() {
        test.close();
    }

    @Test
    void createsFillsReadsAndDropsATable() {
        assertThat(test.execute("CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR, price DECIMAL(10, 2))"))
                .isZero();
        assertThat(test.execute("INSERT INTO t VALUES (1, 'one', 1.5), (2, NULL, 2.25)"))
                .isEqualTo(2);
        assertThat(test.execute("INSERT INTO main.t (name, id) SELECT name, id + 10 FROM t;"))
                .isEqualTo(2);

        assertThat(test.query("SELECT id, name, price FROM t ORDER BY id"))
                .containsExactly("1|one|1.50", "2|null|2.25", "11|one|null", "12|null|null");
        assertThat(test.execute("DROP TABLE t")).isZero();
        assertThat(test.warehouse().tables()).isEmpty();
    }

    @Test
    void errorsOfAnInsertSpeakOfTheCallersTextAndTheTablesColumns() {
        test.execute("CREATE TABLE t (id INTEGER, name VARCHAR)");

        assertThatThrownBy(() -> test.execute("INSERT INTO t\n  SELECT 1, 'ü' + FROM t"))
                .hasMessageContaining("(line 2, column 19)")
                .hasMessageContaining("\n    SELECT 1, 'ü' + FROM t\n");
        assertThatThrownBy(() -> test.execute("INSERT INTO t (name, id) VALUES ('a', 'b')"))
                .hasMessageContaining("id")
                .hasMessageNotContaining("eider_");
        assertThatThrownBy(() -> test.execute("INSERT INTO t SELECT 1, nme FROM t"))
                .hasMessageContaining("nme");
        assertThatThrownBy(() -> test.execute("CREATE TABLE u AS SELECT 1"))
                .hasMessageContaining("create the table with its columns, then use INSERT INTO … SELECT");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t (d) VALUES (DATE 'infinity')",
                "INSERT INTO t (d) VALUES (DATE '-infinity')",
                "INSERT INTO t (ts) VALUES (TIMESTAMP 'infinity')",
                "INSERT INTO t (tz) VALUES (TIMESTAMPTZ '-infinity')",
                "INSERT INTO t (l) VALUES ([DATE '2024-01-01', NULL, DATE 'infinity'])",
                "INSERT INTO t (s) SELECT {'ts': TIMESTAMP 'infinity'}",
            })
    void refusesMomentsWithoutEndWhichOtherEnginesReadAsDates(String sql) {
        test.execute("CREATE TABLE t (d DATE, ts TIMESTAMP, tz TIMESTAMPTZ, l DATE[], s STRUCT(ts TIMESTAMP))");
        test.execute("INSERT INTO t VALUES (DATE '9999-12-31', TIMESTAMP '0001-01-01', now(), [NULL], NULL)");

        assertThatThrownBy(() -> test.execute(sql))
                .isInstanceOf(EiderException.class)
                .hasMessageContaining("infinite");
        assertThat(test.query("SELECT count(*) FROM t")).containsExactly("1");
    }

    @Test
    void suggestsTheTableThatWasMeant() {
        test.execute("CREATE TABLE orders (id INTEGER)");

        assertThatThrownBy(() -> test.query("SELECT * FROM ordesr")).hasMessageContaining("did you mean orders?");
        assertThatThrownBy(() -> test.query("SELECT * FROM nothing.of_the_kind"))
                .hasMessageContaining("Table nothing.of_the_kind does not exist")
                .hasMessageNotContaining("did you mean");
        assertThatThrownBy(() -> test.query("SELECT * FROM information_schema.tables"))
                .hasMessageContaining("SHOW ALL TABLES");
    }

    @Test
    void convertsValuesToTheColumnsTypesAsAnInsertDoes() {
        test.execute("CREATE TABLE t (d DATE, u UUID, l INTEGER[], s STRUCT(a BIGINT, b VARCHAR), "
                + "m MAP(VARCHAR, DOUBLE), z TIMESTAMPTZ, b BLOB, f FLOAT, h TIME)");

        test.execute("INSERT INTO t VALUES ('2001-02-03', 'c7b4e5d2-0f5e-4a6b-9a53-1f6b0a4c2d10', [1, 2], "
                + "{'a': 1, 'b': 'x'}, MAP {'k': 1.5}, '2001-02-03 04:05:06+02', '\\xAA'::BLOB, 0.5, '04:05:06')");

        assertThat(test.query("SELECT CAST(d AS VARCHAR), u, CAST(l AS VARCHAR), CAST(s AS VARCHAR), "
                        + "CAST(m AS VARCHAR), CAST(z AS VARCHAR), hex(b), f, CAST(h AS VARCHAR) FROM t"))
                .containsExactly("2001-02-03|c7b4e5d2-0f5e-4a6b-9a53-1f6b0a4c2d10|[1, 2]|{'a': 1, 'b': x}|{k=1.5}|"
                        + "2001-02-03 02:05:06+00|AA|0.5|04:05:06");
    }

    @Test
    void isQuietAboutWhatIsThereOrGoneAlreadyIfAskedToBe() {
        test.execute("CREATE TABLE t (id BIGINT)");

        assertThat(test.execute("CREATE TABLE IF NOT EXISTS T (other VARCHAR)")).isZero();
        assertThat(test.execute("DROP TABLE IF EXISTS missing")).isZero();
        assertRefused(ErrorCode.ALREADY_EXISTS, "CREATE TABLE t (id BIGINT)");
        assertRefused(ErrorCode.TABLE_NOT_FOUND, "DROP TABLE missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INVALID_SQL      | INSERT INTO t VALUES (1)",
                "INVALID_SQL      | INSERT INTO t (id, id) VALUES (1, 2)",
                "SCHEMA_MISMATCH  | INSERT INTO t (nope) VALUES (1)",
                "TABLE_NOT_FOUND  | INSERT INTO missing VALUES (1, 'x')",
                "INVALID_SQL      | INSERT INTO t VALUES ('no number', 'x')",
                "INVALID_DATA     | INSERT INTO t VALUES (NULL, 'x')",
                "FORBIDDEN        | INSERT INTO t SELECT * FROM read_csv('/etc/passwd')",
                "INVALID_SQL      | INSERT INTO t VALUES (1, 'x'); DROP TABLE t",
                "INVALID_SQL      | INSERT INTO t SELECT 1, 'x') AS q(a, b); DROP TABLE t --",
                "INVALID_SQL      | INSERT INTO t"
            })
    void refusesInsertsThatDoNotFitAndChangesNothing(ErrorCode code, String sql) {
        test.execute("CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR)");
        int before = test.files().size();

        assertRefused(code, sql);
        assertThat(test.files()).hasSize(before);
        assertThat(test.query("SELECT count(*) FROM t")).containsExactly("0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE t (id BIGINT DEFAULT 7)",
                "CREATE TABLE t (id BIGINT PRIMARY KEY)",
                "CREATE TABLE t (id BIGINT) PARTITIONED BY (id)",
                "CREATE TABLE t AS SELECT 1",
                "CREATE VIEW v AS SELECT 1",
                "CREATE OR REPLACE TABLE t (id BIGINT)",
                "DROP SCHEMA main",
                "CREATE TABLE t (id HUGEINT)"
            })
    void saysThatItDoesNotDoThatYet(String sql) {
        assertRefused(ErrorCode.UNSUPPORTED, sql);
        assertThat(test.warehouse().tables()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TABLE t ()",
                "CREATE TABLE t (id)",
                "CREATE TABLE t (id NOTATYPE)",
                "CREATE TABLE t (id BIGINT, ID VARCHAR)",
                "CREATE TABLE t (id BIGINT",
                "CREATE TABLE (id BIGINT)",
                "CREATE TABLE t (id DECIMAL((SELECT 1)))",
                "CREATE TABLE a.b.c.d (id BIGINT)"
            })
    void saysWhatIsWrongWithADefinition(String sql) {
        assertThatThrownBy(() -> test.execute(sql)).isInstanceOf(EiderException.class);
        assertThat(test.warehouse().tables()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"n*", "n[1]", "a/b", ".."})
    void refusesNamesThatAreNotPlain(String name) {
        assertRefused(ErrorCode.INVALID_REQUEST, "CREATE TABLE \"%s\" (id BIGINT)".formatted(name));
        assertThat(test.files()).isEmpty();
    }

    private void assertRefused(ErrorCode code, String sql) {
        assertThatThrownBy(() -> test.execute(sql))
                .isInstanceOfSatisfying(
                        EiderException.class,
                        e -> assertThat(e.code()).as(e.text()).isEqualTo(code));
    }
}
