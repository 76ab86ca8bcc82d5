package dev.eider.cli.display;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Decimal256Vector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.IntervalDayVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.TimeStampNanoTZVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SinkTest {

    private static String csv(String sql) throws Exception {
        return Rendered.query(sql, terminal -> new CsvSink(terminal.out()));
    }

    private static String json(String sql) throws Exception {
        return Rendered.query(sql, terminal -> new JsonSink(terminal.out(), false));
    }

    private static String display(String sql) throws Exception {
        return Rendered.query(sql, terminal -> new TableSink(terminal, 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "true | true | true",
                "(-128)::TINYINT | -128 | -128",
                "18446744073709551615::UBIGINT | 18446744073709551615 | 18446744073709551615",
                "9007199254740993::BIGINT | 9007199254740993 | 9007199254740993",
                "12345678901234567890.1234567890::DECIMAL(38,10) | 12345678901234567890.1234567890 |"
                        + " 12345678901234567890.1234567890",
                "1.10::DECIMAL(4,2) | 1.10 | 1.10",
                "0.1::DOUBLE | 0.1 | 0.1",
                "1e10::DOUBLE | 10000000000.0 | 1.0E10",
                "1e300::DOUBLE | 1e+300 | 1.0E300",
                "0.1::FLOAT | 0.1 | 0.1",
                "'nan'::DOUBLE | nan | `\"nan\"`",
                "DATE '1969-07-20' | 1969-07-20 | `\"1969-07-20\"`",
                "TIME '01:02:03.5' | 01:02:03.5 | `\"01:02:03.5\"`",
                "TIMESTAMP '2001-01-01 00:01:00' | 2001-01-01 00:01:00 | `\"2001-01-01T00:01:00\"`",
                "TIMESTAMP '1969-12-31 23:59:59.999999' | 1969-12-31 23:59:59.999999 |"
                        + " `\"1969-12-31T23:59:59.999999\"`",
                "to_timestamp(0) | 1970-01-01 00:00:00Z | `\"1970-01-01T00:00:00Z\"`",
                "INTERVAL '1 year 2 months 3 days 04:05:06.5' | 1 year 2 months 3 days 04:05:06.5 |"
                        + " `\"1 year 2 months 3 days 04:05:06.5\"`",
                "'\\xDE\\xAD'::BLOB | \\xdead | `\"\\\\xdead\"`",
                "[1, NULL, 3] | `\"[1, NULL, 3]\"` | `[1,null,3]`",
                "array_value(1, 2) | `\"[1, 2]\"` | `[1,2]`",
                "{'a': 1, 'b': ['x', 'it''s']} | `\"{'a': 1, 'b': [x, 'it\\'s']}\"` | `{\"a\":1,\"b\":[\"x\",\"it's\"]}`",
                "MAP {'k': 1, 'l': NULL} | `\"{k=1, l=NULL}\"` | `{\"k\":1,\"l\":null}`",
                "'say \"hi\"' | `\"say \"\"hi\"\"\"` | `\"say \\\"hi\\\"\"`",
                "'' | `\"\"` | `\"\"`",
                "NULL::INTEGER | `` | null",
            })
    void rendersEveryTypeExactly(String expression, String csv, String json) throws Exception {
        assertThat(csv("SELECT " + expression + " AS v")).isEqualTo("v\n" + (csv == null ? "" : csv) + "\n");
        assertThat(json("SELECT " + expression + " AS v")).isEqualTo("{\"v\":" + json + "}\n");
    }

    @Test
    void jsonIsOneArrayEvenWithoutRows() throws Exception {
        assertThat(Rendered.query("SELECT 1 AS v LIMIT 0", terminal -> new JsonSink(terminal.out(), true)))
                .isEqualTo("[]\n");
        assertThat(Rendered.query("SELECT range AS v FROM range(2)", terminal -> new JsonSink(terminal.out(), true)))
                .isEqualTo("[\n{\"v\":0},\n{\"v\":1}\n]\n");
    }

    @Test
    void displayShowsNamesTypesAndAlignedRows() throws Exception {
        assertThat(display("SELECT * FROM (VALUES (1, 'a'), (1000, NULL), (20, 'NULL')) t(amount, name)"))
                .isEqualTo(
                        """
                        ┌─────────┬─────────┐
                        │ amount  │  name   │
                        │ integer │ varchar │
                        ├─────────┼─────────┤
                        │       1 │ a       │
                        │    1000 │ NULL    │
                        │      20 │ 'NULL'  │
                        └─────────┴─────────┘
                        3 rows
                        """);
    }

    @Test
    void displayShowsFirstAndLastRows() throws Exception {
        assertThat(display("SELECT range AS n FROM range(10000)"))
                .isEqualTo(
                        """
                        ┌────────┐
                        │   n    │
                        │ bigint │
                        ├────────┤
                        │      0 │
                        │      1 │
                        │   ·    │
                        │   ·    │
                        │   ·    │
                        │   9998 │
                        │   9999 │
                        └────────┘
                        10,000 rows (4 shown)
                        """);
    }

    @Test
    void displayShowsAResultThatIsJustSmallEnoughWhole() throws Exception {
        assertThat(display("SELECT range AS n FROM range(4)"))
                .contains("│      2 │\n│      3 │")
                .contains("4 rows\n");
        assertThat(Rendered.query("SELECT range AS n FROM range(5000)", t -> new TableSink(t, 0)))
                .contains("│   2500 │")
                .endsWith("5,000 rows\n");
    }

    @Test
    void displayFitsTheScreen() throws Exception {
        Terminal.Screen narrow = new Terminal.Screen(true, false, 40);

        String cut = Rendered.query("SELECT repeat('long', 50) AS a, 1 AS b", narrow, t -> new TableSink(t, 40));
        String manyColumns = Rendered.query(
                "SELECT 'aaaaaaaaaaaa' AS a, 'bbbbbbbbbbbb' AS b, 'cccccccccccc' AS c, 'dddddddddddd' AS d",
                narrow,
                t -> new TableSink(t, 40));

        assertThat(cut.lines().filter(line -> line.startsWith("│"))).allMatch(line -> TextWidth.of(line) == 40);
        assertThat(cut).contains("longlong").contains("…");
        assertThat(manyColumns).contains("│ aaaaaaaaaaaa │ … │ dddddddddddd │").contains("1 row, 4 columns (2 shown)");
    }

    @Test
    void displayNeitherBreaksNorCommandsTheTerminal() throws Exception {
        assertThat(display("SELECT 'a' || chr(10) || chr(27) || '[31m' AS v")).contains("│ a\\n\\u001b[31m │");
        assertThat(display("SELECT '日本' AS v")).contains("│ 日本    │");
    }

    @Test
    void rendersTypesThatDuckDbDoesNotSend() {
        try (BufferAllocator allocator = new RootAllocator();
                UInt8Vector unsigned = new UInt8Vector("u", allocator);
                LargeVarCharVector large = new LargeVarCharVector("large", allocator);
                ViewVarCharVector view = new ViewVarCharVector("view", allocator);
                Decimal256Vector decimal = new Decimal256Vector("decimal", allocator, 60, 2);
                NullVector nothing = new NullVector("nothing", 1);
                DurationVector duration = new DurationVector(
                        Field.nullable("duration", new ArrowType.Duration(TimeUnit.MILLISECOND)), allocator);
                IntervalDayVector days = new IntervalDayVector("days", allocator);
                TimeStampNanoTZVector nanos = new TimeStampNanoTZVector("nanos", allocator, "Europe/Berlin");
                FixedSizeBinaryVector uuid = new FixedSizeBinaryVector(uuidField(), allocator)) {
            unsigned.setSafe(0, -1);
            large.setSafe(0, "large".getBytes(StandardCharsets.UTF_8));
            view.setSafe(0, "a text that is longer than twelve bytes".getBytes(StandardCharsets.UTF_8));
            decimal.setSafe(0, new BigDecimal("-12345678901234567890123456789012345678901234567890.05"));
            duration.setSafe(0, 90_061_001L);
            days.setSafe(0, 2, 1_000);
            nanos.setSafe(0, -1L);
            uuid.setSafe(0, new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
            for (var vector : List.of(unsigned, large, view, decimal, duration, days, nanos, uuid)) {
                vector.setValueCount(1);
            }

            String csv = Rendered.vectors(
                    terminal -> new CsvSink(terminal.out()),
                    unsigned,
                    large,
                    view,
                    decimal,
                    nothing,
                    duration,
                    days,
                    nanos,
                    uuid);

            assertThat(csv.lines().skip(1))
                    .containsExactly("18446744073709551615,large,a text that is longer than twelve bytes,"
                            + "-12345678901234567890123456789012345678901234567890.05,,25:01:01.001,2 days 00:00:01,"
                            + "1969-12-31 23:59:59.999999999Z,00010203-0405-0607-0809-0a0b0c0d0e0f");
        }
    }

    private static Field uuidField() {
        FieldType type = new FieldType(
                true, new ArrowType.FixedSizeBinary(16), null, Map.of("ARROW:extension:name", "arrow.uuid"));
        return new Field("uuid", type, null);
    }

    @Test
    void cutsTextButNeverTimesAndNumbers() throws Exception {
        Terminal.Screen narrow = new Terminal.Screen(true, false, 60);

        String table = Rendered.query(
                "SELECT TIMESTAMP '2001-01-01 17:37:00' AS t, 123456789012345678 AS n, repeat('word ', 9) AS s",
                narrow,
                t -> new TableSink(t, 40));

        assertThat(table).contains("│ 2001-01-01 17:37:00 │ 123456789012345678 │ word wor");
        assertThat(table.lines().filter(line -> line.startsWith("│"))).allMatch(line -> TextWidth.of(line) == 60);
    }
}
