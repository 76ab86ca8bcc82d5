package dev.eider.warehouse.write;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.TableState;
import dev.eider.warehouse.TestWarehouse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.iceberg.Accessor;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.InternalRecordWrapper;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.InclusiveMetricsEvaluator;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bounds of data files against the very values that are stored: one that excludes a value loses rows everywhere. */
class ExactBoundsTest {
    private static final int ROW_GROUP = 2_048;

    @TempDir
    private Path directory;

    private TestWarehouse test;

    @BeforeEach
    void open() {
        WriteConfig base = TestWarehouse.writes();
        test = new TestWarehouse(
                directory,
                new WriteConfig(
                        true,
                        8,
                        64,
                        base.queueTimeout(),
                        Duration.ofSeconds(30),
                        base.targetFileBytes(),
                        ROW_GROUP,
                        1,
                        base.keyRetention(),
                        base.sync(),
                        base.bufferBytes()));
    }

    @AfterEach
    void close() {
        test.close();
    }

    @Test
    void findsRowsOfARowGroupWhoseTextHasNoBounds() {
        test.execute("CREATE TABLE t (s VARCHAR)");
        test.execute(
                "INSERT INTO t SELECT CASE WHEN range = 5 THEN repeat('漢', 100) WHEN range < 2048 THEN 'b' || range"
                        + " ELSE 'm' || range END FROM range(6000)");

        assertThat(test.query("SELECT count(*) FROM t WHERE s = 'b7'")).containsExactly("1");
        assertThat(test.query("SELECT count(*) FROM t WHERE s LIKE 'b7%'")).containsExactly("111");
        assertThat(test.query("SELECT min(s) FROM t")).containsExactly("b0");
        assertThat(test.query("SELECT length(max(s)) FROM t")).containsExactly("100");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void noBoundExcludesAStoredValue(int seed) throws Exception {
        test.execute(
                "CREATE TABLE t (n BIGINT, i INTEGER, b BOOLEAN, d DECIMAL(30, 5), day DATE, ts TIMESTAMP,"
                        + " tz TIMESTAMPTZ, u UUID, v UUID, f FLOAT, g DOUBLE, s VARCHAR, x BLOB, st STRUCT(s VARCHAR, i INTEGER))");
        String text = "CASE h % 7 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN repeat('漢', (h % 200)::INTEGER) || h"
                + " WHEN 3 THEN repeat('ж', 129 + (h % 50)::INTEGER) WHEN 4 THEN repeat('😀', 20) || h"
                + " WHEN 5 THEN repeat('z', (h % 300)::INTEGER) ELSE 'v' || h END";
        test.execute(
                ("INSERT INTO t SELECT h::BIGINT * (CASE WHEN h % 2 = 0 THEN 1 ELSE -1 END), (h % 100000)::INTEGER,"
                                + " h % 2 = 0, (h::DECIMAL(30, 5) / 7)::DECIMAL(30, 5), DATE '1970-01-01' + ((h % 800000)::INTEGER - 400000),"
                                + " TIMESTAMP '1969-12-31 23:59:59.999999' + INTERVAL (h %% 1000000000) SECOND,"
                                + " make_timestamptz((h % 4000000000000000)::BIGINT - 2000000000000000), md5(h::VARCHAR)::UUID, ('0190' || substr(md5(h::VARCHAR), 5))::UUID,"
                                + " CASE h % 5 WHEN 0 THEN 'nan' WHEN 1 THEN '-0.0' WHEN 2 THEN 'inf' ELSE (h % 1000)::VARCHAR END::FLOAT,"
                                + " CASE h % 97 WHEN 0 THEN 'nan' WHEN 1 THEN '-inf' ELSE (h / 3)::VARCHAR END::DOUBLE,"
                                + " {text}, CASE WHEN h % 3 = 0 THEN unhex(repeat('ff', (h % 400)::INTEGER)) ELSE encode({text}) END,"
                                + " {'s': {text}, 'i': (h % 77)::INTEGER}"
                                + " FROM (SELECT (hash(range + " + seed
                                + " * 1000003) % 1000000000000) AS h FROM range(9000))")
                        .replace("{text}", text)
                        .replace("%%", "%"));

        TableState state = test.catalog().load(TestWarehouse.table("t"));
        Table table = state.table();
        for (String u : test.query("SELECT u::VARCHAR FROM t USING SAMPLE 20 ROWS")) {
            assertThat(test.query("SELECT count(*) FROM t WHERE u = '" + u + "'"))
                    .doesNotContain("0");
        }
        assertThat(checked(table)).contains("n", "i", "b", "d", "day", "ts", "tz", "v", "f", "g", "st.i");
    }

    /** Checks every value of every row, and returns the columns that have bounds. */
    private static Set<String> checked(Table table) throws Exception {
        DataFile file;
        try (CloseableIterable<FileScanTask> tasks =
                table.newScan().includeColumnStats().planFiles()) {
            file = tasks.iterator().next().file();
        }
        assertThat(file.splitOffsets()).hasSizeGreaterThan(1);
        Set<String> bounded = new TreeSet<>();
        InternalRecordWrapper inner = new InternalRecordWrapper(table.schema().asStruct());
        try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
            for (Record row : rows) {
                check(table.schema(), file, inner.wrap(row), bounded);
            }
        }
        return bounded;
    }

    private static void check(Schema schema, DataFile file, StructLike row, Set<String> bounded) {
        for (Map.Entry<Integer, ByteBuffer> bound : file.lowerBounds().entrySet()) {
            int id = bound.getKey();
            Types.NestedField field = schema.findField(id);
            Accessor<StructLike> accessor = schema.accessorForField(id);
            Object value = accessor.get(row);
            if (value == null || (value instanceof Number number && Double.isNaN(number.doubleValue()))) {
                continue;
            }
            if (field.type().typeId() == Type.TypeID.UUID) {
                // Iceberg's comparators take the first bit of a UUID for a sign; what counts is how it prunes.
                assertThat(new InclusiveMetricsEvaluator(schema, Expressions.equal(field.name(), (UUID) value))
                                .eval(file))
                        .as("bounds of %s against %s", field, value)
                        .isTrue();
                bounded.add(field.name());
                continue;
            }
            Object lower = Conversions.fromByteBuffer(field.type(), bound.getValue());
            Object upper =
                    Conversions.fromByteBuffer(field.type(), file.upperBounds().get(id));
            Comparator<Object> order = Comparators.forType(field.type().asPrimitiveType());
            assertThat(order.compare(lower, value))
                    .as("lower bound %s of %s", lower, field)
                    .isNotPositive();
            assertThat(order.compare(upper, value))
                    .as("upper bound %s of %s", upper, field)
                    .isNotNegative();
            bounded.add(schema.findColumnName(id));
        }
    }
}
