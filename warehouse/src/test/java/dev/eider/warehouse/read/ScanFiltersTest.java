package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.warehouse.engine.EngineConfig;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.ParsedQuery;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.TableReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Schema;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScanFiltersTest {
    private static final Schema T = new Schema(
            NestedField.optional(1, "id", Types.IntegerType.get()),
            NestedField.optional(2, "Big", Types.LongType.get()),
            NestedField.optional(3, "f", Types.FloatType.get()),
            NestedField.optional(4, "dbl", Types.DoubleType.get()),
            NestedField.optional(5, "dec", Types.DecimalType.of(9, 2)),
            NestedField.optional(6, "day", Types.DateType.get()),
            NestedField.optional(7, "ts", Types.TimestampType.withoutZone()),
            NestedField.optional(8, "tz", Types.TimestampType.withZone()),
            NestedField.optional(9, "name", Types.StringType.get()),
            NestedField.optional(10, "ok", Types.BooleanType.get()),
            NestedField.optional(11, "u", Types.UUIDType.get()),
            NestedField.optional(12, "s", Types.StructType.of(NestedField.optional(13, "x", Types.IntegerType.get()))),
            NestedField.optional(14, "bin", Types.BinaryType.get()),
            NestedField.optional(15, "tm", Types.TimeType.get()));

    private static final Schema U = new Schema(
            NestedField.optional(1, "uid", Types.IntegerType.get()),
            NestedField.optional(2, "name", Types.StringType.get()),
            NestedField.optional(3, "k", Types.IntegerType.get()));

    @TempDir
    static Path directory;

    private static QueryEngine engine;

    @BeforeAll
    static void open() {
        engine = QueryEngine.open(new EngineConfig(128L << 20, 1, directory.resolve("tmp"), 1L << 20), List.of());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "id > 5 # ref(name=\"id\") > 5",
                "5 >= ID # ref(name=\"id\") <= 5",
                "t.big <> -7 # ref(name=\"Big\") != -7",
                "main.t.id = 1 AND eider.main.t.big = 2 # (ref(name=\"id\") == 1 and ref(name=\"Big\") == 2)",
                "id = 1 AND random() > 0.5 # ref(name=\"id\") == 1",
                "NOT (id < 3 OR random() > 0.5) # ref(name=\"id\") >= 3",
                "NOT (id = 3 AND big = 4) # (ref(name=\"id\") != 3 or ref(name=\"Big\") != 4)",
                "id > 1.5 # ref(name=\"id\") >= 2",
                "id <= 1.5 # ref(name=\"id\") <= 1",
                "id = 2.0 # ref(name=\"id\") == 2",
                "id < 1e3 # ref(name=\"id\") < 1000",
                "id = '17' # ref(name=\"id\") == 17",
                "id = CAST('17' AS BIGINT) # ref(name=\"id\") == 17",
                "id IN (3, NULL, 4) # ref(name=\"id\") in (3, 4)",
                "id NOT IN (3, 4) # (ref(name=\"id\") != 3 and ref(name=\"id\") != 4)",
                "id BETWEEN 1 AND big AND id < 9 # (ref(name=\"id\") >= 1 and ref(name=\"id\") < 9)",
                "id NOT BETWEEN 1 AND 2 # (ref(name=\"id\") < 1 or ref(name=\"id\") > 2)",
                "id IS NULL # is_null(ref(name=\"id\"))",
                "NOT id IS NULL # not_null(ref(name=\"id\"))",
                "id IS NOT DISTINCT FROM 3 # ref(name=\"id\") == 3",
                "dec > 1.005 # ref(name=\"dec\") >= 1.01",
                "dec = 1.5 # ref(name=\"dec\") == 1.50",
                "dec = 7 # ref(name=\"dec\") == 7.00",
                "dec IN (1, 2.25) # ref(name=\"dec\") in (1.00, 2.25)",
                "day >= DATE '2001-01-01' # ref(name=\"day\") >= 11323",
                "day = '2001-01-01' # ref(name=\"day\") == 11323",
                "day > TIMESTAMP '2001-01-01 12:00:00' # ref(name=\"day\") >= 11323",
                "ts < DATE '1970-01-02' # ref(name=\"ts\") < 86400000000",
                "ts >= '1970-01-01 00:00:01.5'::TIMESTAMP # ref(name=\"ts\") >= 1500000",
                "tz = TIMESTAMPTZ '1970-01-01T01:00:00+01' # ref(name=\"tz\") == 0",
                "tz > TIMESTAMP '1970-01-01 00:00:00' # ref(name=\"tz\") > 0",
                "tm < TIME '00:00:01' # ref(name=\"tm\") < 1000000",
                "name = 'a''b' # ref(name=\"name\") == \"a'b\"",
                "name LIKE 'ab%c' # ref(name=\"name\") startsWith \"\"ab\"\"",
                "name LIKE 'ab\uD83D\uDE00c%' # ref(name=\"name\") startsWith \"\"ab\"\"",
                "name LIKE 'a_b' ESCAPE '!' # ref(name=\"name\") startsWith \"\"a\"\"",
                "starts_with(name, 'x%') # ref(name=\"name\") startsWith \"\"x%\"\"",
                "ok # ref(name=\"ok\") == true",
                "NOT ok # ref(name=\"ok\") == false",
                "ok = false # ref(name=\"ok\") == false",
                "s.x = 1 # ref(name=\"s.x\") == 1",
                "u = '00000000-0000-0000-0000-000000000001' # ref(name=\"u\") == 00000000-0000-0000-0000-000000000001",
                "f < 0 # ref(name=\"f\") <= 5.6E-45",
            })
    void readsWhatAConditionSaysAboutColumns(String condition, String filter) {
        assertThat(filters("SELECT * FROM t WHERE " + condition)).containsExactly(filter);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name = 5",
                "name > CAST(5 AS VARCHAR)",
                "id + 1 = 5",
                "id = big",
                "id = 5 OR random() > 0.5",
                "NOT (id = 5 AND random() > 0.5)",
                "id IN (1, 2 + 3)",
                "id IN (SELECT 1)",
                "id = 2.5",
                "id = '2.5'",
                "id = NULL",
                "id = true",
                "big = 1e300",
                "dec = 1e0",
                "dec = '1.005'",
                "day = 'epoch'",
                "day = '2001-1-1'",
                "day = '2001-02-30'",
                "day = '2001-01-01 10:00:00'",
                "day = TIMESTAMPTZ '2001-01-01'",
                "ts = TIMESTAMPTZ '2001-01-01'",
                "ts = TIMESTAMP '2001-01-01 10:00:00+02'",
                "tz = TIMESTAMP '2001-01-01 10:00:00+02'",
                "ts = 'infinity'",
                "name LIKE '%x'",
                "name LIKE '\uD83D\uDE00a%'",
                "name NOT LIKE 'x%'",
                "name ILIKE 'x%'",
                "name LIKE '!x%' ESCAPE '!'",
                "name COLLATE NOCASE = 'x'",
                "dbl <> 1",
                "dbl = 'NaN'::DOUBLE",
                "f NOT IN (1, 2)",
                "f > 1e40",
                "id IS DISTINCT FROM 3",
                "s.x IS NULL",
                "bin = 'x'",
                "id",
                "nothing = 1",
                "CAST(day AS VARCHAR) = '2001-01-01'",
                "day = CAST('2001-01-01' AS VARCHAR)",
                "u > '00000000-0000-0000-0000-000000000001'",
                "id = TRY_CAST('1' AS INTEGER)",
            })
    void readsNothingWhereTheEngineCouldSeeItOtherwise(String condition) {
        assertThat(filters("SELECT * FROM t WHERE " + condition)).containsExactly("true");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "SELECT * FROM t, u WHERE id = 1 AND uid = 2 # ref(name=\"id\") == 1 # ref(name=\"uid\") == 2",
                "SELECT * FROM t, u WHERE name = 'x' # true # true",
                "SELECT * FROM t JOIN u USING (name) WHERE name = 'x' AND u.name = 'y' # true # ref(name=\"name\") == \"y\"",
                "SELECT * FROM t NATURAL JOIN u WHERE id = 1 AND t.id = 2 # ref(name=\"id\") == 2 # true",
                "SELECT * FROM t JOIN u ON id = uid AND k = 3 # true # ref(name=\"k\") == 3",
                "SELECT * FROM t LEFT JOIN u ON id = uid AND k = 3 AND id = 1 # true # true",
                "SELECT * FROM t LEFT JOIN u ON true WHERE k = 3 AND id IS NULL # is_null(ref(name=\"id\")) # ref(name=\"k\") == 3",
                "SELECT * FROM t LEFT JOIN u ON true WHERE k IS NULL # true # true",
                "SELECT * FROM t LEFT JOIN u ON true WHERE k = 1 OR uid IS NULL # true # true",
                "SELECT * FROM t LEFT JOIN u ON true WHERE k = 1 OR uid = 2 # true # (ref(name=\"k\") == 1 or ref(name=\"uid\") == 2)",
                "SELECT * FROM t LEFT JOIN u ON true WHERE k = 1 AND uid IS NULL # true # (ref(name=\"k\") == 1 and is_null(ref(name=\"uid\")))",
                "SELECT * FROM t RIGHT JOIN u ON true WHERE id = 1 AND uid IS NULL # ref(name=\"id\") == 1 # is_null(ref(name=\"uid\"))",
                "SELECT * FROM t FULL JOIN u ON true WHERE id = 1 AND uid IS NULL # ref(name=\"id\") == 1 # true",
                "SELECT * FROM t SEMI JOIN u ON id = uid WHERE id = 1 # ref(name=\"id\") == 1 # true",
                "SELECT * FROM t ANTI JOIN u ON id = uid AND uid = 3 WHERE id = 1 # ref(name=\"id\") == 1 # true",
                "SELECT * FROM t ASOF JOIN u ON id >= uid WHERE id = 1 AND uid = 1 # true # true",
                "SELECT * FROM t POSITIONAL JOIN u WHERE id = 1 AND uid = 1 # true # true",
                "SELECT * FROM t x, u t WHERE t.uid = 1 AND x.id = 2 # ref(name=\"id\") == 2 # ref(name=\"uid\") == 1",
                "SELECT * FROM t, u s WHERE s.x = 1 # true # true",
                "SELECT * FROM t WHERE EXISTS (FROM u WHERE u.uid = t.id AND u.k = 3 AND t.id = 4) # true # ref(name=\"k\") == 3",
                "SELECT * FROM t WHERE id = 1 UNION ALL SELECT * FROM t WHERE id = 2 # ref(name=\"id\") == 1 # ref(name=\"id\") == 2",
                "WITH u AS (FROM u WHERE k = 1) FROM t, u WHERE id = 2 AND u.k = 3 # ref(name=\"k\") == 1 # ref(name=\"id\") == 2",
                "SELECT * FROM t TABLESAMPLE 10%, u WHERE id = 1 AND uid = 2 # true # ref(name=\"uid\") == 2",
                "SELECT * FROM t, u WHERE id = 1 USING SAMPLE 10% # true # true",
                "SELECT * FROM t AS t(a), u WHERE id = 1 AND a = 2 AND k = 1 # true # ref(name=\"k\") == 1",
                "SELECT id + 1 AS k, (SELECT max(uid) FROM u WHERE uid = 4) FROM t WHERE id = 3 # ref(name=\"uid\") == 4 # ref(name=\"id\") == 3",
            })
    void findsTheTableThatAConditionIsAbout(String sql, String first, String second) {
        assertThat(filters(sql)).containsExactly(first, second);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dbl > 1", "dbl >= 1.0", "1 < dbl", "f >= 1", "NOT dbl < 1"})
    void takesNotANumberForTheLargestNumber(String condition) {
        assertThat(filters("SELECT * FROM t WHERE " + condition).get(0)).contains("is_nan");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM t WHERE t.id = 1 LIMIT 3",
                "SELECT * FROM t WHERE id = 1 QUALIFY row_number() OVER () = 1",
                "SUMMARIZE SELECT * FROM t WHERE id = 1",
                "PIVOT (FROM t WHERE id = 1) ON id IN (1, 2) USING count(*)",
                "SELECT (SELECT count(*) FROM t WHERE id = 1) BETWEEN 1 AND 2",
                "SELECT CASE (SELECT count(*) FROM t WHERE id = 1) WHEN 1 THEN 2 WHEN 2 THEN 3 END",
                "WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c, t WHERE id = 1 AND n < 3) FROM c",
            })
    void readsConditionsWhereverASelectStands(String sql) {
        assertThat(filters(sql)).containsExactly("ref(name=\"id\") == 1");
    }

    private static List<String> filters(String sql) {
        try (EngineConnection connection = engine.connect()) {
            ParsedQuery query = connection.parse(sql);
            Map<TableReference, Schema> schemas = new HashMap<>();
            query.tables().forEach(table -> schemas.put(table, table.name().equals("t") ? T : U));
            Map<TableReference, Expression> filters = ScanFilters.of(query, schemas);
            return query.tables().stream()
                    .map(filters::get)
                    .map(Expression::toString)
                    .toList();
        }
    }
}
