package dev.eider.warehouse.types;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Evaluator;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an append stores, an engine that knows only Iceberg reads, and so does our SQL. */
class StoredTableTest {
    private static final ArrowType.Int LONG = new ArrowType.Int(64, true);
    private static final String LONG_TEXT = "a text that is longer than sixteen letters ";

    @TempDir
    private Path directory;

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
    @Tag("storage")
    void everyTypeIsReadAsItWasSent() throws Exception {
        Map<Field, List<?>> columns = everyType();

        test.append("t", stream(columns, 0, 3));
        test.append("t", stream(columns, 3, 2));

        List<String> sent = new ArrayList<>();
        for (int batch = 0; batch < 5; batch++) {
            sent.addAll(rows(columns, batch));
        }
        assertThat(readByIceberg("t", Expressions.alwaysTrue())).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(readBySql("SELECT * FROM t")).containsExactlyInAnyOrderElementsOf(sent);
    }

    @Test
    void aDictionaryMayChangeBetweenBatches() throws Exception {
        DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(16, true));
        Field field = new Field("c", new FieldType(true, encoding.getIndexType(), encoding), null);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (FieldVector words = leaf("c", ArrowType.Utf8.INSTANCE).createVector(test.allocator());
                FieldVector indices = field.createVector(test.allocator());
                VectorSchemaRoot root = new VectorSchemaRoot(List.of(indices));
                ArrowStreamWriter writer = new ArrowStreamWriter(
                        root, new MapDictionaryProvider(new Dictionary(words, encoding)), bytes)) {
            for (List<Object> values : List.of(
                    Arrays.<Object>asList("zero", "one"),
                    Arrays.<Object>asList("null", null, "eins", "a longer word than before"),
                    List.<Object>of("uno"))) {
                transfer(leaf("c", ArrowType.Utf8.INSTANCE), values, words);
                List<Object> places = new ArrayList<>(Collections.singletonList(null));
                for (int i = values.size(); i-- > 0; ) {
                    places.add(i);
                }
                transfer(field, places, indices);
                root.setRowCount(places.size());
                writer.writeBatch();
            }
            writer.end();
        }

        test.append("t", new ArrowStreamReader(new ByteArrayInputStream(bytes.toByteArray()), test.allocator()));

        List<String> expected = List.of(
                "null", "one", "zero", "null", "a longer word than before", "eins", "null", "null", "null", "uno");
        assertThat(readByIceberg("t", Expressions.alwaysTrue())).containsExactlyElementsOf(expected);
        assertThat(readBySql("SELECT c FROM t")).containsExactlyElementsOf(expected);
        assertThat(readBySql("SELECT count(*) FROM t WHERE c IS NULL")).containsExactly("4");
    }

    @ParameterizedTest
    @MethodSource("filters")
    void prunedScansMissNoRow(String filter, Expression expression, int expected) throws Exception {
        Map<Field, List<?>> columns = extremes();
        for (int batch = 0; batch < 4; batch++) {
            test.append("t", stream(columns, batch, 1));
        }

        assertThat(readByIceberg("t", expression)).containsExactlyInAnyOrderElementsOf(readAndFilter("t", expression));
        assertThat(readBySql("SELECT * FROM t WHERE " + filter))
                .hasSize(expected)
                .containsExactlyInAnyOrderElementsOf(
                        readBySql("SELECT * FROM (SELECT * FROM t LIMIT 1000) WHERE " + filter));
    }

    static List<org.junit.jupiter.params.provider.Arguments> filters() {
        String tail = LONG_TEXT + "2-";
        return List.of(
                filter("s = '" + tail + "1'", Expressions.equal("s", tail + "1"), 1),
                filter("s > '" + LONG_TEXT + "'", Expressions.greaterThan("s", LONG_TEXT), 8),
                filter("s >= '" + LONG_TEXT + "3-1'", Expressions.greaterThanOrEqual("s", LONG_TEXT + "3-1"), 1),
                filter("s < '" + LONG_TEXT + "0-1'", below("s", LONG_TEXT + "0-1"), 1),
                filter("d < -100.5", Expressions.lessThan("d", -100.5), 1),
                filter("d <= 0.0", Expressions.lessThanOrEqual("d", 0.0), 5),
                filter("d = 0.0", Expressions.equal("d", 0.0), 4),
                filter("isnan(d)", Expressions.isNaN("d"), 4),
                filter("m < -0.01", below("m", new BigDecimal("-0.01")), 4),
                filter("m = -1000000.02", Expressions.equal("m", new BigDecimal("-1000000.02")), 1),
                filter("w < -1", below("w", new BigDecimal("-1.00")), 4),
                filter("moment < TIMESTAMP '1970-01-01'", Expressions.lessThan("moment", "1970-01-01T00:00:00"), 8),
                filter(
                        "moment = TIMESTAMP '1969-12-31 23:59:59.999998'",
                        Expressions.equal("moment", "1969-12-31T23:59:59.999998"),
                        1),
                filter("s IS NULL", Expressions.isNull("s"), 4),
                filter("gone IS NOT NULL", Expressions.notNull("gone"), 0));
    }

    private static org.junit.jupiter.params.provider.Arguments filter(String sql, Expression expression, int rows) {
        return org.junit.jupiter.params.provider.Arguments.of(sql, expression, rows);
    }

    /** For Iceberg's evaluator, NULL comes before every value; for its metrics, as for SQL, it does not. */
    private static Expression below(String column, Object value) {
        return Expressions.and(
                Expressions.notNull(column), Expressions.predicate(Expression.Operation.LT, column, value));
    }

    /** Three rows for each of four batches, at the edges of what bounds can say. */
    private static Map<Field, List<?>> extremes() {
        Map<Field, List<?>> columns = new LinkedHashMap<>();
        List<Object> texts = new ArrayList<>();
        List<Object> doubles = new ArrayList<>();
        List<Object> money = new ArrayList<>();
        List<Object> wide = new ArrayList<>();
        List<Object> times = new ArrayList<>();
        for (int batch = 0; batch < 4; batch++) {
            texts.addAll(Arrays.asList(LONG_TEXT + batch + "-0", LONG_TEXT + batch + "-1", null));
            doubles.addAll(Arrays.asList(Double.NaN, -0.0, batch == 2 ? -100.75 : 3.5 + batch));
            money.addAll(Arrays.asList(
                    new BigDecimal("-1000000.00").subtract(new BigDecimal(batch).movePointLeft(2)),
                    new BigDecimal("0.00"),
                    null));
            wide.addAll(Arrays.asList(
                    new BigDecimal("-99999999999999999999999999999999999" + batch + ".99"),
                    new BigDecimal("99999999999999999999999999999999999" + batch + ".99"),
                    null));
            times.addAll(Arrays.asList(-1L - batch, -62_135_596_800_000_000L + batch, 1L + batch));
        }
        columns.put(leaf("s", ArrowType.Utf8.INSTANCE), texts);
        columns.put(leaf("d", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)), doubles);
        columns.put(leaf("m", new ArrowType.Decimal(18, 2, 128)), money);
        columns.put(leaf("w", new ArrowType.Decimal(38, 2, 128)), wide);
        columns.put(leaf("moment", new ArrowType.Timestamp(TimeUnit.MICROSECOND, null)), times);
        columns.put(leaf("gone", LONG), Collections.nCopies(12, null));
        return columns;
    }

    /** Three rows for each of five batches, of every type that an append takes. */
    private static Map<Field, List<?>> everyType() {
        Map<Field, List<?>> once = new LinkedHashMap<>();
        numbers(once);
        temporals(once);
        Field item = leaf("item", LONG);
        Field struct = nested("item", new ArrowType.Struct(), leaf("a", LONG), leaf("b", ArrowType.Utf8.INSTANCE));
        once.put(nested("list", new ArrowType.List(), item), Arrays.asList(Arrays.asList(1, null, 3), null, List.of()));
        once.put(
                nested("struct", new ArrowType.Struct(), leaf("a", LONG), leaf("b", ArrowType.Utf8.INSTANCE)),
                Arrays.asList(Arrays.asList(1, "x"), null, Arrays.asList(null, null)));
        once.put(
                nested("structs", new ArrowType.List(), struct),
                Arrays.asList(Arrays.asList(List.of(1, "x"), null, Arrays.asList(null, "y")), List.of(), null));
        once.put(map("map", item), Arrays.asList(Map.of("k", 1), null, Collections.singletonMap("n", null)));
        once.put(
                map("lists", nested("value", new ArrowType.List(), item)),
                Arrays.asList(Map.of("k", Arrays.asList(1, null)), Map.of(), null));
        Map<Field, List<?>> columns = new LinkedHashMap<>();
        columns.put(leaf("id", LONG), List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
        once.forEach((field, values) -> {
            List<Object> all = new ArrayList<>();
            for (int batch = 0; batch < 5; batch++) {
                all.addAll(values);
            }
            columns.put(field, all);
        });
        return columns;
    }

    private static void numbers(Map<Field, List<?>> once) {
        once.put(leaf("yes", new ArrowType.Bool()), Arrays.asList(true, null, false));
        once.put(leaf("i8", new ArrowType.Int(8, true)), Arrays.asList(-128, null, 127));
        once.put(leaf("i16", new ArrowType.Int(16, true)), Arrays.asList(-32_768, null, 32_767));
        once.put(leaf("i32", new ArrowType.Int(32, true)), Arrays.asList(Integer.MIN_VALUE, null, Integer.MAX_VALUE));
        once.put(leaf("i64", LONG), Arrays.asList(Long.MIN_VALUE, null, Long.MAX_VALUE));
        once.put(
                leaf("f", new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
                Arrays.asList(Float.NaN, null, -0.0f));
        once.put(
                leaf("d", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
                Arrays.asList(-0.0, Double.NaN, Double.NEGATIVE_INFINITY));
        once.put(
                leaf("d9", new ArrowType.Decimal(9, 2, 128)),
                Arrays.asList(new BigDecimal("-9999999.99"), null, new BigDecimal("0.01")));
        once.put(
                leaf("d18", new ArrowType.Decimal(18, 4, 128)),
                Arrays.asList(new BigDecimal("-99999999999999.9999"), null, new BigDecimal("1.5000")));
        once.put(
                leaf("d38", new ArrowType.Decimal(38, 10, 128)),
                Arrays.asList(
                        new BigDecimal("-9999999999999999999999999999.9999999999"),
                        null,
                        new BigDecimal("9999999999999999999999999999.9999999999")));
    }

    private static void temporals(Map<Field, List<?>> once) {
        once.put(leaf("day", new ArrowType.Date(DateUnit.DAY)), Arrays.asList(-719_162, null, 20_000));
        once.put(leaf("clock", new ArrowType.Time(TimeUnit.MICROSECOND, 64)), Arrays.asList(0L, null, 86_399_999_999L));
        once.put(
                leaf("at", new ArrowType.Timestamp(TimeUnit.MICROSECOND, null)),
                Arrays.asList(-1L, null, 1_700_000_000_123_456L));
        once.put(
                leaf("instant", new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC")),
                Arrays.asList(-62_135_596_800_000_000L, null, 1_700_000_000_123_456L));
        once.put(leaf("text", ArrowType.Utf8.INSTANCE), Arrays.asList("", null, "grüße, 世界 \uD83E\uDD86"));
        once.put(leaf("bytes", ArrowType.Binary.INSTANCE), Arrays.asList(new byte[0], null, new byte[] {0, -1, 127, -128
        }));
        once.put(
                leaf("fixed", new ArrowType.FixedSizeBinary(4)),
                Arrays.asList(new byte[] {0, 0, 0, 0}, null, new byte[] {-1, 2, -3, 4}));
        Field uuid = new Field(
                "uuid",
                new FieldType(
                        true,
                        new ArrowType.FixedSizeBinary(16),
                        null,
                        Map.of("ARROW:extension:name", "arrow.uuid", "ARROW:extension:metadata", "")),
                null);
        byte[] high = new byte[16];
        Arrays.fill(high, (byte) 0xfe);
        once.put(uuid, Arrays.asList(new byte[16], null, high));
    }

    private static Field leaf(String name, ArrowType type) {
        return Field.nullable(name, type);
    }

    private static Field nested(String name, ArrowType type, Field... children) {
        return new Field(name, FieldType.nullable(type), List.of(children));
    }

    private static Field map(String name, Field value) {
        Field key = new Field("key", FieldType.notNullable(ArrowType.Utf8.INSTANCE), null);
        Field named = new Field("value", value.getFieldType(), value.getChildren());
        return nested(
                name,
                new ArrowType.Map(false),
                new Field("entries", FieldType.notNullable(new ArrowType.Struct()), List.of(key, named)));
    }

    private ArrowReader stream(Map<Field, List<?>> columns, int first, int batches) {
        return new TestRows(
                test.allocator(),
                new Schema(columns.keySet()),
                batches,
                (root, number) -> fill(root, columns, first + number));
    }

    private void fill(VectorSchemaRoot root, Map<Field, List<?>> columns, int batch) {
        columns.forEach((field, values) -> {
            transfer(field, values.subList(3 * batch, 3 * batch + 3), root.getVector(field.getName()));
        });
        root.setRowCount(3);
    }

    private void transfer(Field field, List<?> values, FieldVector target) {
        try (FieldVector source = ArrowRows.vector(test.allocator(), field, values.toArray())) {
            source.makeTransferPair(target).transfer();
        }
    }

    /** Renders the rows of one batch as the vectors themselves show them. */
    private List<String> rows(Map<Field, List<?>> columns, int batch) {
        List<String> rows = new ArrayList<>();
        try (VectorSchemaRoot root = VectorSchemaRoot.create(new Schema(columns.keySet()), test.allocator())) {
            fill(root, columns, batch);
            for (int row = 0; row < 3; row++) {
                rows.add(StoredText.ofRow(root, row));
            }
        }
        return rows;
    }

    private List<String> readByIceberg(String table, Expression filter) throws Exception {
        List<String> rows = new ArrayList<>();
        try (TableCatalog catalog = test.catalog();
                CloseableIterable<Record> records = IcebergGenerics.read(catalog.loadTable(TestWarehouse.table(table)))
                        .where(filter)
                        .build()) {
            records.forEach(row -> rows.add(StoredText.ofRow(row)));
        }
        return rows;
    }

    /** Reads everything, and applies the same filter to the rows themselves. */
    private List<String> readAndFilter(String table, Expression filter) throws Exception {
        List<String> rows = new ArrayList<>();
        try (TableCatalog catalog = test.catalog()) {
            Table stored = catalog.loadTable(TestWarehouse.table(table));
            Evaluator evaluator = new Evaluator(stored.schema().asStruct(), filter);
            InternalRecordWrapper internal =
                    new InternalRecordWrapper(stored.schema().asStruct());
            try (CloseableIterable<Record> records =
                    IcebergGenerics.read(stored).build()) {
                records.forEach(row -> {
                    if (evaluator.eval(internal.wrap(row))) {
                        rows.add(StoredText.ofRow(row));
                    }
                });
            }
        }
        return rows;
    }

    private List<String> readBySql(String sql) throws Exception {
        List<String> rows = new ArrayList<>();
        var query = ((dev.eider.warehouse.statement.SqlStatement.Query)
                        test.warehouse().prepare(sql))
                .query();
        try (dev.eider.warehouse.read.QueryRun run = test.warehouse().run(query, test.allocator())) {
            while (run.reader().loadNextBatch()) {
                VectorSchemaRoot batch = run.reader().getVectorSchemaRoot();
                for (int row = 0; row < batch.getRowCount(); row++) {
                    rows.add(StoredText.ofRow(batch, row));
                }
            }
        }
        return rows;
    }
}
