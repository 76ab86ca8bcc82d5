package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.engine.EngineConfig;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.ParsedQuery;
import dev.eider.warehouse.engine.QueryEngine;
import dev.eider.warehouse.engine.TableReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random conditions over random rows: a statement over only those rows that its filters let through must give the same
 * answer as over all rows. A row is let through if Iceberg evaluates the filter to true for it, and would read a file that
 * holds nothing else.
 */
class RandomFiltersTest {
    private static final long SEED = 20_240_607;
    private static final int ROWS = 40;
    private static final int CONDITIONS = 600;

    /** For each column, its type and values that files and constants are made of; the engine may cast them. */
    private static final List<Column> COLUMNS = List.of(
            new Column("i", "INTEGER", "-2147483648", "-1", "0", "1", "2", "7", "2147483647"),
            new Column("l", "BIGINT", "-9007199254740993", "-1", "0", "5", "9007199254740992", "9007199254740993"),
            new Column("f", "FLOAT", "'NaN'::FLOAT", "-0.0", "0", "0.1", "1.5", "16777217", "'inf'::FLOAT"),
            new Column("d", "DOUBLE", "'NaN'::DOUBLE", "-0.0", "0", "0.1", "1.5", "9007199254740993", "1e300"),
            new Column("n", "DECIMAL(9,2)", "-1.50", "0", "1.01", "1.00", "1.5", "7", "1234567.89"),
            new Column("t", "VARCHAR", "''", "'a'", "'ab'", "'a_b'", "'aé'", "'b'", "'1'", "'😀'"),
            new Column("day", "DATE", "DATE '1969-12-31'", "DATE '2001-01-01'", "DATE '2001-01-02'", "'2020-02-29'"),
            new Column(
                    "ts",
                    "TIMESTAMP",
                    "TIMESTAMP '1969-12-31 23:59:59.999999'",
                    "TIMESTAMP '2001-01-01 00:00:00'",
                    "'2001-01-01 10:00:00'",
                    "DATE '2001-01-02'"),
            new Column(
                    "tz",
                    "TIMESTAMPTZ",
                    "TIMESTAMPTZ '2001-01-01 00:00:00+00'",
                    "TIMESTAMPTZ '2001-01-01 10:00:00+02'",
                    "'2001-01-01 08:00:00'",
                    "TIMESTAMP '2001-01-02 00:00:00'"),
            new Column("tm", "TIME", "TIME '00:00:00'", "TIME '10:00:00.5'", "'23:59:59'"),
            new Column("b", "BOOLEAN", "true", "false"),
            new Column(
                    "u",
                    "UUID",
                    "'00000000-0000-0000-0000-000000000001'",
                    "'80000000-0000-0000-0000-000000000001'::UUID",
                    "'ffffffff-0000-0000-0000-000000000001'"));

    private static final List<String> OPERATORS =
            List.of("=", "<>", "<", "<=", ">", ">=", "IS NOT DISTINCT FROM", "IS DISTINCT FROM");

    private static final List<String> FROMS = List.of(
            "{a}",
            "{a}",
            "{a}",
            "{a} JOIN {c} ON a.i = c.i",
            "{a} LEFT JOIN {c} ON a.i = c.i",
            "{a} RIGHT JOIN {c} ON a.i = c.i",
            "{a} FULL JOIN {c} ON a.i = c.i",
            "{c} LEFT JOIN {a} ON a.i = c.i AND a.l = c.l",
            "{c} SEMI JOIN {a} ON a.t = c.t",
            "{c} ANTI JOIN {a} ON a.t = c.t");

    private record Column(String name, String type, String... values) {}

    @TempDir
    static Path directory;

    private static final Schema SCHEMA = new Schema(
            NestedField.required(1, "id", Types.IntegerType.get()),
            NestedField.optional(2, "i", Types.IntegerType.get()),
            NestedField.optional(3, "l", Types.LongType.get()),
            NestedField.optional(4, "f", Types.FloatType.get()),
            NestedField.optional(5, "d", Types.DoubleType.get()),
            NestedField.optional(6, "n", Types.DecimalType.of(9, 2)),
            NestedField.optional(7, "t", Types.StringType.get()),
            NestedField.optional(8, "day", Types.DateType.get()),
            NestedField.optional(9, "ts", Types.TimestampType.withoutZone()),
            NestedField.optional(10, "tz", Types.TimestampType.withZone()),
            NestedField.optional(11, "tm", Types.TimeType.get()),
            NestedField.optional(12, "b", Types.BooleanType.get()),
            NestedField.optional(13, "u", Types.UUIDType.get()));

    private final Random random = new Random(SEED);

    @Test
    void losesNoRowToAFilter() {
        try (QueryEngine engine = QueryEngine.open(
                        new EngineConfig(256L << 20, 1, directory.resolve("tmp"), 1L << 20), List.of());
                EngineConnection connection = engine.connect()) {
            Map<String, List<StructLike>> rows = Map.of("a", fill(connection, "a"), "c", fill(connection, "c"));
            List<String> differing = new ArrayList<>();
            int narrowed = 0;
            for (int i = 0; i < CONDITIONS && differing.size() < 3; i++) {
                String statement = statement();
                String whole = answer(connection, statement.replace("{a}", "a").replace("{c}", "c"));
                Map<String, String> filtered = new TreeMap<>(Map.of("a", "(FROM a) a", "c", "(FROM c) c"));
                narrowed += filter(connection, statement, rows, filtered) < ROWS ? 1 : 0;
                String narrow = answer(
                        connection, statement.replace("{a}", filtered.get("a")).replace("{c}", filtered.get("c")));
                if (!narrow.equals(whole) && whole.startsWith("[")) {
                    differing.add(statement + "\n  over " + filtered + "\n  gives " + narrow + "\n  not   " + whole);
                }
            }
            assertThat(differing).isEmpty();
            assertThat(narrowed).as("statements that were given fewer rows").isGreaterThan(CONDITIONS / 8);
        }
    }

    private List<StructLike> fill(EngineConnection connection, String table) {
        StringJoiner columns = new StringJoiner(", ");
        COLUMNS.forEach(column -> columns.add(column.name() + " " + column.type()));
        connection.execute("CREATE TEMP TABLE %s (id INTEGER, %s)".formatted(table, columns));
        for (int row = 0; row < ROWS; row++) {
            StringJoiner values = new StringJoiner(", ");
            COLUMNS.forEach(column -> values.add(random.nextInt(6) == 0 ? "NULL" : oneOf(random, column.values())));
            connection.execute("INSERT INTO %s SELECT %d, %s".formatted(table, row, values));
        }
        String sql = "SELECT id, i, l, f, d, n, t, day - DATE '1970-01-01', epoch_us(ts), epoch_us(tz),"
                + " epoch_us(CAST('1970-01-01' AS DATE) + tm), b, u FROM " + table;
        return connection.query(sql, row -> {
            GenericRecord record = GenericRecord.create(SCHEMA);
            for (int i = 0; i < SCHEMA.columns().size(); i++) {
                Object value = row.getObject(i + 1);
                boolean date = SCHEMA.columns().get(i).type().typeId() == Type.TypeID.DATE;
                record.set(i, date && value != null ? ((Number) value).intValue() : value);
            }
            return record;
        });
    }

    private String statement() {
        String from = oneOf(random, FROMS.toArray(String[]::new));
        boolean onlyLeft = from.contains("SEMI") || from.contains("ANTI");
        List<String> tables = !from.contains("{c}") ? List.of("a") : onlyLeft ? List.of("c") : List.of("a", "c");
        String columns =
                String.join(", ", tables.stream().map(table -> table + ".id").toList());
        return "SELECT %s FROM %s WHERE %s".formatted(columns, from, condition(tables, 2));
    }

    /** Reduces each table to the rows that its filter is true of; returns how many are left of the smallest. */
    private static int filter(
            EngineConnection connection,
            String statement,
            Map<String, List<StructLike>> rows,
            Map<String, String> filtered) {
        ParsedQuery query = connection.parse(statement.replace("{a}", "a").replace("{c}", "c"));
        Map<TableReference, Schema> schemas = new HashMap<>();
        query.tables().forEach(table -> schemas.put(table, SCHEMA));
        Map<TableReference, Expression> filters = ScanFilters.of(query, schemas);
        int fewest = ROWS;
        for (Map.Entry<TableReference, Expression> filter : filters.entrySet()) {
            String table = filter.getKey().name();
            Evaluator ofRow = new Evaluator(SCHEMA.asStruct(), filter.getValue());
            InclusiveMetricsEvaluator ofFile = new InclusiveMetricsEvaluator(SCHEMA, filter.getValue());
            List<String> ids = rows.get(table).stream()
                    .filter(row -> ofRow.eval(row) && ofFile.eval(file(row)))
                    .map(row -> String.valueOf(row.get(0, Integer.class)))
                    .toList();
            fewest = Math.min(fewest, ids.size());
            filtered.put(table, "(FROM %s WHERE id IN (-1, %s)) %s".formatted(table, String.join(", ", ids), table));
        }
        return fewest;
    }

    private static DataFile file(StructLike row) {
        Map<Integer, Long> values = new HashMap<>();
        Map<Integer, Long> nulls = new HashMap<>();
        Map<Integer, Long> nans = new HashMap<>();
        Map<Integer, ByteBuffer> bounds = new HashMap<>();
        for (int i = 0; i < SCHEMA.columns().size(); i++) {
            NestedField field = SCHEMA.columns().get(i);
            Object value = row.get(i, Object.class);
            boolean nan = value instanceof Number number && Double.isNaN(number.doubleValue());
            values.put(field.fieldId(), 1L);
            nulls.put(field.fieldId(), value == null ? 1L : 0L);
            nans.put(field.fieldId(), nan ? 1L : 0L);
            if (value != null && !nan) {
                bounds.put(field.fieldId(), Conversions.toByteBuffer(field.type(), value));
            }
        }
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath("row.parquet")
                .withFileSizeInBytes(1)
                .withMetrics(new Metrics(1L, Map.of(), values, nulls, nans, bounds, bounds))
                .build();
    }

    private static String answer(EngineConnection connection, String sql) {
        try {
            List<String> rows = connection.query(
                    sql,
                    row -> row.getMetaData().getColumnCount() == 1
                            ? row.getString(1)
                            : row.getString(1) + "|" + row.getString(2));
            return rows.stream().map(String::valueOf).sorted().toList().toString();
        } catch (EiderException e) {
            return e.getMessage();
        }
    }

    private String condition(List<String> tables, int depth) {
        int kind = depth == 0 ? 4 + random.nextInt(12) : random.nextInt(16);
        return switch (kind) {
            case 0, 1 -> "(%s AND %s)".formatted(condition(tables, depth - 1), condition(tables, depth - 1));
            case 2 -> "(%s OR %s)".formatted(condition(tables, depth - 1), condition(tables, depth - 1));
            case 3 -> "NOT (%s)".formatted(condition(tables, depth - 1));
            default -> leaf(tables, kind);
        };
    }

    private String leaf(List<String> tables, int kind) {
        Column column = COLUMNS.get(random.nextInt(COLUMNS.size()));
        String name = tables.get(random.nextInt(tables.size())) + "." + column.name();
        return switch (kind) {
            case 4 -> name + (random.nextBoolean() ? " IS NULL" : " IS NOT NULL");
            case 5 ->
                "%s %s (%s, %s)"
                        .formatted(name, random.nextBoolean() ? "IN" : "NOT IN", constant(column), constant(column));
            case 6 ->
                "%s %sBETWEEN %s AND %s"
                        .formatted(name, random.nextBoolean() ? "" : "NOT ", constant(column), constant(column));
            case 7 -> {
                String text = tables.get(0) + ".t";
                yield text + " LIKE " + oneOf(random, "'a%'", "'a_b'", "'ab'", "'%b'", "'aé%'", "'a\\%'", "'😀%'");
            }
            case 8 -> tables.get(0) + ".b";
            case 9 -> "%s %s %s".formatted(constant(column), oneOf(random, "<", "=", ">="), name);
            default -> "%s %s %s".formatted(name, oneOf(random, OPERATORS.toArray(String[]::new)), constant(column));
        };
    }

    /** Sometimes of another type, sometimes between the values that rows have. */
    private String constant(Column column) {
        return switch (random.nextInt(8)) {
            case 0 -> {
                Column other = COLUMNS.get(random.nextInt(COLUMNS.size()));
                yield oneOf(random, other.values());
            }
            case 1 -> oneOf(random, "1.005", "1.5", "0.1e0", "1e0", "16777216", "9007199254740992e0", "'1'", "NULL");
            case 2 -> "CAST(%s AS %s)".formatted(oneOf(random, column.values()), column.type());
            default -> oneOf(random, column.values());
        };
    }

    private static String oneOf(Random random, String... values) {
        return values[random.nextInt(values.length)];
    }
}
