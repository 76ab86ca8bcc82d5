package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.ErrorCode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a refusal says: the thing that was not understood, and what to write instead. */
class RefusalsTest {
    private static Connection connection;

    private final SqlParser parser = new SqlParser();

    @BeforeAll
    static void open() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterAll
    static void close() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "UPDATE t SET a = 1 # UPDATE is not supported yet: append rows with INSERT INTO",
                "delete from t # DELETE is not supported yet: write the rows to keep to a new table",
                "MERGE INTO t USING u ON a = b WHEN MATCHED THEN DELETE # MERGE is not supported yet",
                "ALTER TABLE t ADD COLUMN b INTEGER # ALTER is not supported yet: create a table",
                "BEGIN # every statement commits by itself",
                "COMMIT # every statement commits by itself",
                "SET threads = 1 # a gateway is set up by its configuration",
                "USE sales # write the namespace before the table, as in namespace.table",
                "COPY t TO 'x' # not files",
                "ATTACH 'x' AS y # not files",
                "WITH x AS (SELECT 1) INSERT INTO t FROM x # write it behind, as in INSERT INTO t WITH x AS",
                "WITH x AS (SELECT 1) DELETE FROM t # DELETE is not supported yet",
                "CALL f() # functions are called in a query",
            })
    void aStatementThatIsNoQueryIsToldWhatToWriteInstead(String sql, String reason) {
        EiderException refusal = refusal(sql);

        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED);
        assertThat(refusal).hasMessageContaining(reason).hasMessageNotContaining("PIVOT");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '`',
            value = {
                "SELECT uper('x') # INVALID_SQL # There is no function uper; did you mean upper?",
                "SELECT lenght('x') # INVALID_SQL # There is no function lenght; did you mean length?",
                "SELECT Date_Trnc('day', now()) # INVALID_SQL # did you mean date_trunc?",
                "SELECT no_such_thing_at_all(1) # INVALID_SQL # There is no function no_such_thing_at_all",
                "SELECT * FROM generate_serie(1, 2) # INVALID_SQL # did you mean generate_series?",
                "SELECT * FROM lower('x') # INVALID_SQL # returns a value, and cannot be called in FROM",
                "SELECT json_each('[]') # INVALID_SQL # returns rows, and can only be called in FROM",
                "SELECT list_aggregate([1], '') # INVALID_SQL # The name of a function is empty",
                "SELECT current_setting('x') # FORBIDDEN # The function current_setting is not allowed",
                "SELECT * FROM read_csv('x') # FORBIDDEN # The table function read_csv is not allowed",
                "SELECT * FROM iceberg_scan('x') # FORBIDDEN # The table function iceberg_scan is not allowed",
                "SELECT __eider_times(1, 2) # FORBIDDEN # The function __eider_times is not allowed",
            })
    void anUnknownFunctionIsToldFromAForbiddenOne(String sql, ErrorCode code, String message) {
        EiderException refusal = refusal(sql);

        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "SELECT * FROM t FOR VERSION AS OF 3 # AT (VERSION => …)",
                "SELECT * FROM t FOR SYSTEM_TIME AS OF now() # AT (TIMESTAMP => …)",
                "SELECT * FROM t TIMESTAMP AS OF '2024-01-01' # AT (TIMESTAMP => …)",
            })
    void whatOtherEnginesWriteForAVersionIsTranslated(String sql, String instead) {
        assertThat(refusal(sql)).hasMessageContaining(instead);
    }

    @Test
    void aPlaceIsShownInItsLine() {
        assertThat(refusal("SELECT 'ü',\n  1 + , 2\nFROM t"))
                .hasMessageEndingWith("(line 2, column 7)\n    1 + , 2\n        ^");
        assertThat(refusal("SELECT\t" + "x, ".repeat(50) + "FROM FROM" + " y".repeat(50)))
                .hasMessageContaining("…")
                .hasMessageContaining(" x, x, FROM FROM y");
    }

    @Test
    void onlyANameThatIsNearIsSuggested() {
        assertThat(NearestName.suggestion("ordesr", List.of("orders", "customers")))
                .isEqualTo("; did you mean orders?");
        assertThat(NearestName.suggestion("ab", List.of("cd", "abcd"))).isEmpty();
        assertThat(NearestName.suggestion("x".repeat(1_000), List.of("x".repeat(999))))
                .isEmpty();
    }

    private EiderException refusal(String sql) {
        EiderException refusal = catchThrowableOfType(EiderException.class, () -> parser.parse(connection, sql));
        assertThat(refusal).as(sql).isNotNull();
        return refusal;
    }
}
