package dev.eider.warehouse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import org.junit.jupiter.params.provider.ValueSource;

class TypeTextTest {
    private static Connection connection;

    @BeforeAll
    static void openEngine() throws SQLException {
        connection = DriverManager.getConnection("jdbc:duckdb:");
    }

    @AfterAll
    static void closeEngine() throws SQLException {
        connection.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "int4 # INTEGER",
                "DECIMAL(10,2) # DECIMAL(10,2)",
                "numeric # DECIMAL(18,3)",
                "VARCHAR(20) # VARCHAR",
                "text # VARCHAR",
                "TIMESTAMPTZ # TIMESTAMP WITH TIME ZONE",
                "timestamp  with time zone # TIMESTAMP WITH TIME ZONE",
                "TIMESTAMP_NS # TIMESTAMP_NS",
                "DOUBLE PRECISION # DOUBLE",
                "STRUCT(a INTEGER, b UUID)[] # STRUCT(a INTEGER, b UUID)[]",
                "ROW(\"a b\" int, \"x\"\"y\" text[3]) # STRUCT(\"a b\" INTEGER, \"x\"\"y\" VARCHAR[3])",
                "MAP(VARCHAR, TIMESTAMPTZ) # MAP(VARCHAR, TIMESTAMP WITH TIME ZONE)",
                "INTEGER ARRAY # INTEGER[]",
                "json # JSON",
            })
    void writesTypesAsTheEngineDoes(String type, String canonical) {
        assertThat(TypeText.canonical(connection, type)).isEqualTo(canonical);
        assertThat(TypeText.parse(canonical)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-- x",
                "nosuchtype",
                "INTEGER NOT NULL",
                "INTEGER); DROP TABLE t; --",
                "INTEGER), (1",
                "INTEGER) AS x, CAST(2 AS INTEGER",
                "INTEGER) FROM read_csv('x') WHERE (true",
                "INTEGER /* x */",
                "INTEGER)",
                "(INTEGER",
                "main.nosuchtype",
                "STRUCT(a INTEGER",
                "ns.mood",
                "INTEGER COLLATE NOCASE",
            })
    void refusesWhatIsNotOneType(String type) {
        EiderException refusal = catchThrowableOfType(EiderException.class, () -> TypeText.canonical(connection, type));

        assertThat(refusal.code()).isEqualTo(ErrorCode.INVALID_SQL);
    }

    @Test
    void refusesTypesThatAreNestedTooDeeply() {
        String deep = "STRUCT(a ".repeat(2_000) + "INT" + ")".repeat(2_000);
        String wide = "INT" + "[]".repeat(2_000);

        assertThatThrownBy(() -> TypeText.canonical(connection, deep)).isInstanceOf(EiderException.class);
        assertThatThrownBy(() -> TypeText.canonical(connection, wide)).isInstanceOf(EiderException.class);
        assertThatThrownBy(() -> TypeText.parse(deep)).isInstanceOf(EiderException.class);
    }

    @Test
    void takesATypeApart() {
        EngineType type = TypeText.parse("MAP(VARCHAR, STRUCT(a DECIMAL(10,2)[], \"b c\" TIME WITH TIME ZONE[3]))");

        EngineType.Primitive decimal = new EngineType.Primitive("DECIMAL", List.of(10, 2));
        EngineType.Primitive time = new EngineType.Primitive("TIME WITH TIME ZONE", List.of());
        assertThat(type)
                .isEqualTo(new EngineType.MapOf(
                        new EngineType.Primitive("VARCHAR", List.of()),
                        new EngineType.Struct(List.of(
                                new EngineType.Field("a", new EngineType.ListOf(decimal)),
                                new EngineType.Field("b c", new EngineType.FixedArray(time, 3))))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENUM('a', 'b')", "UNION(n INTEGER)"})
    void doesNotTakeApartTypesWithoutACounterpart(String type) {
        EiderException refusal =
                catchThrowableOfType(EiderException.class, () -> TypeText.parse(TypeText.canonical(connection, type)));

        assertThat(refusal.code()).isEqualTo(ErrorCode.UNSUPPORTED);
    }
}
