package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.read.BoundQuery;
import dev.eider.warehouse.read.QueryRun;
import dev.eider.warehouse.statement.SqlStatement;
import dev.eider.warehouse.types.DuckDbTypes;
import dev.eider.warehouse.types.DuckDbValues;
import dev.eider.warehouse.types.StoredText;
import dev.eider.warehouse.write.AppendRequest;
import dev.eider.warehouse.write.WriteMode;
import dev.eider.warehouse.write.WriteOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random tables give the same rows here and in Iceberg's own reader: now, filtered, and at earlier snapshots.
 *
 * <p>{@code -Deider.test.cases=N -Deider.test.seed=S}: a failure names the seed under which it is the first case. {@code
 * make differential} runs 5,000.
 */
class DifferentialTest {
    private static final int CASES = Integer.getInteger("eider.test.cases", 300);
    private static final int MAX_FAILURES = 5;
    private static final long SEED = Long.getLong("eider.test.seed", 20_261_125L);

    @TempDir
    private Path directory;

    @Test
    void randomTablesAreReadAsIcebergReadsThem() throws Exception {
        try (TestWarehouse test = new TestWarehouse(directory);
                TableCatalog catalog = UnsyncedCatalog.open(directory)) {
            List<Throwable> failures = new CopyOnWriteArrayList<>();
            AtomicInteger read = new AtomicInteger();
            IntStream.range(0, CASES).parallel().forEach(number -> {
                try {
                    if (failures.size() < MAX_FAILURES) {
                        read.incrementAndGet();
                        new Case(test, catalog, SEED + number).run();
                    }
                } catch (AssertionError e) {
                    failures.add(e);
                }
            });
            System.out.printf(
                    "DifferentialTest: %d random tables from seed %d, %d differences%n",
                    read.get(), SEED, failures.size());
            assertAll(failures.stream().map(failure -> () -> {
                throw failure;
            }));
        }
    }

    /** One table. */
    private static final class Case {
        private final TestWarehouse test;
        private final long seed;
        private final Random random;
        private final String name;
        private final WrittenTable subject;
        private final List<String> steps = new ArrayList<>();
        private boolean appendedByEider;

        Case(TestWarehouse test, TableCatalog catalog, long seed) {
            this.test = test;
            this.seed = seed;
            this.random = new Random(seed);
            this.name = "t" + seed;
            TableIdentifier identifier = TestWarehouse.table(name);
            this.subject = new WrittenTable(catalog, identifier, random);
        }

        void run() {
            try {
                steps.add(subject.append());
                int count = 3 + random.nextInt(8);
                for (int i = 0; i < count; i++) {
                    boolean own = random.nextInt(8) == 0 && subject.isUnpartitioned() && !appendedByEider;
                    steps.add(own ? appendByEider() : subject.step());
                    if (i % 3 == 2 || i == count - 1) {
                        compareAll();
                    }
                }
                for (int i = 0; i < 2; i++) {
                    compareFiltered();
                    compareEarlier();
                }
            } catch (Exception e) {
                throw new AssertionError(description(), e);
            }
        }

        private String description() {
            return "-Deider.test.cases=1 -Deider.test.seed=%d: %s%n%s"
                    .formatted(
                            seed,
                            String.join("; ", steps),
                            subject.table().schema() + "\n" + subject.table().specs());
        }

        /** The rows of the table once more: what our writer makes of what our reader gives. */
        private String appendByEider() {
            appendedByEider = true;
            appendCopy();
            subject.table().refresh();
            return "append by Eider";
        }

        private void appendCopy() {
            try (QueryRun run = test.warehouse().run(query("SELECT * FROM " + name), test.allocator())) {
                test.warehouse()
                        .appender()
                        .append(
                                new AppendRequest(TestWarehouse.table(name), WriteOptions.of(WriteMode.APPEND)),
                                run.reader(),
                                receipt -> {});
            }
        }

        private void compareAll() throws IOException {
            compare("SELECT * FROM " + name, IcebergGenerics.read(subject.table()));
        }

        private void compareEarlier() throws IOException {
            List<Snapshot> snapshots = StreamSupport.stream(
                            subject.table().snapshots().spliterator(), false)
                    .toList();
            long id = snapshots.get(random.nextInt(snapshots.size())).snapshotId();
            compare(
                    "SELECT * FROM %s AT (VERSION => %d)".formatted(name, id),
                    IcebergGenerics.read(subject.table()).useSnapshot(id));
        }

        private void compareFiltered() throws IOException {
            List<NestedField> columns = subject.table().schema().columns().stream()
                    .filter(column -> column.type().isPrimitiveType())
                    // Iceberg's own filter fails on those that are stored without their length, as ours are.
                    .filter(column -> column.type().typeId() != Type.TypeID.FIXED)
                    .toList();
            if (columns.isEmpty()) {
                return;
            }
            NestedField column = columns.get(random.nextInt(columns.size()));
            Type.PrimitiveType type = column.type().asPrimitiveType();
            Literal<?> literal = new RandomValues(random, 2).literal(type);
            String sqlName = SqlText.quoteIdentifier(column.name());
            String sqlValue = "CAST(%s AS %s)"
                    .formatted(SqlText.quoteLiteral(DuckDbValues.text(type, literal.value())), DuckDbTypes.of(type));
            boolean ordered =
                    switch (type.typeId()) {
                        case INTEGER, LONG, DECIMAL, STRING, DATE, TIME, TIMESTAMP -> true;
                        default -> false;
                    };
            // Iceberg loses rows of UUIDs that are negative numbers to it, as it prunes files; and it takes a number
            // for
            // microseconds even where the column has nanoseconds.
            boolean comparable =
                    switch (type.typeId()) {
                        case FLOAT, DOUBLE, UUID, TIMESTAMP_NANO -> false;
                        default -> true;
                    };
            switch (random.nextInt(ordered ? 5 : comparable ? 3 : 2)) {
                case 0 -> compareFiltered(Expressions.isNull(column.name()), sqlName + " IS NULL");
                case 1 -> compareFiltered(Expressions.notNull(column.name()), sqlName + " IS NOT NULL");
                case 2 ->
                    compareFiltered(predicate(Expression.Operation.EQ, column, literal), sqlName + " = " + sqlValue);
                case 3 ->
                    compareFiltered(predicate(Expression.Operation.LT, column, literal), sqlName + " < " + sqlValue);
                default ->
                    compareFiltered(
                            predicate(Expression.Operation.GT_EQ, column, literal), sqlName + " >= " + sqlValue);
            }
        }

        private static Expression predicate(Expression.Operation operation, NestedField column, Literal<?> literal) {
            // To Iceberg, NULL is less than anything.
            return Expressions.and(
                    Expressions.notNull(column.name()),
                    Expressions.predicate(operation, column.name(), (Object) literal.value()));
        }

        private void compareFiltered(Expression filter, String where) throws IOException {
            steps.add("WHERE " + where);
            compare(
                    "SELECT * FROM %s WHERE %s".formatted(name, where),
                    IcebergGenerics.read(subject.table()).where(filter));
        }

        private void compare(String sql, IcebergGenerics.ScanBuilder scan) throws IOException {
            List<String> actual = new ArrayList<>();
            int columns = rows(sql, actual);
            List<String> expected = new ArrayList<>();
            try (CloseableIterable<Record> rows = scan.build()) {
                rows.forEach(row -> expected.add(StoredText.ofRow(row, columns)));
            }
            assertThat(actual).as(() -> sql + description()).containsExactlyInAnyOrderElementsOf(expected);
        }

        /** Reads the rows of a query, and returns how many columns they have. */
        private int rows(String sql, List<String> rows) throws IOException {
            try (QueryRun run = test.warehouse().run(query(sql), test.allocator())) {
                while (run.reader().loadNextBatch()) {
                    VectorSchemaRoot batch = run.reader().getVectorSchemaRoot();
                    for (int row = 0; row < batch.getRowCount(); row++) {
                        rows.add(StoredText.ofRow(batch, row));
                    }
                }
                return run.reader().getVectorSchemaRoot().getFieldVectors().size();
            }
        }

        private BoundQuery query(String sql) {
            return ((SqlStatement.Query) test.warehouse().prepare(sql)).query();
        }
    }
}
