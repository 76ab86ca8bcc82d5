package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.catalog.EiderException;
import dev.eider.catalog.TableCatalog;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.engine.SqlText;
import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types.NestedField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What metadata answers while no data file can be read is what the engine computes from the rows. */
class TotalsDifferentialTest {
    private static final int TABLES = Integer.getInteger("eider.test.totals.tables", 4);
    private static final int STEPS = 8;
    private static final long SEED = 20_261_201L;

    @TempDir
    Path directory;

    private final Set<Type.TypeID> answered = EnumSet.noneOf(Type.TypeID.class);
    private int counts;

    @Test
    void totalsAreThoseOfTheRows() throws IOException {
        try (TestWarehouse test = new TestWarehouse(directory);
                TableCatalog catalog = UnsyncedCatalog.open(directory)) {
            for (int number = 0; number < TABLES; number++) {
                Random random = new Random(SEED + number);
                WrittenTable table = new WrittenTable(catalog, TestWarehouse.table("t" + number), random);
                table.append();
                compare(test, table, "t" + number);
                for (int step = 1; step <= STEPS; step++) {
                    table.step();
                    if (step % 2 == 0) {
                        compare(test, table, "t" + number);
                    }
                }
            }
        }
        assertThat(counts).isGreaterThanOrEqualTo(TABLES);
        assertThat(answered).hasSizeGreaterThan(2).doesNotContain(Type.TypeID.DOUBLE, Type.TypeID.STRING);
    }

    private void compare(TestWarehouse test, WrittenTable table, String name) throws IOException {
        List<String> answers = new ArrayList<>();
        List<String> statements = new ArrayList<>();
        Path data = Locations.path(table.table().location()).resolve("data");
        Path hidden = data.resolveSibling("hidden");
        Files.move(data, hidden);
        answer(test, "count(*)", name).ifPresent(count -> {
            counts++;
            answers.add(count);
            statements.add("count(*)");
        });
        for (NestedField column : table.table().schema().columns()) {
            String extremes = "min({c}), max({c})".replace("{c}", SqlText.quoteIdentifier(column.name()));
            answer(test, extremes, name).ifPresent(range -> {
                answered.add(column.type().typeId());
                answers.add(range);
                statements.add(extremes);
            });
        }
        Files.move(hidden, data);
        if (!answers.isEmpty()) {
            String sql = "SELECT %s FROM %s WHERE true".formatted(String.join(", ", statements), name);
            assertThat(test.query(sql)).as(sql).containsExactly(String.join("|", answers));
        }
    }

    private static Optional<String> answer(TestWarehouse test, String items, String table) {
        try {
            return Optional.of(
                    test.query("SELECT %s FROM %s".formatted(items, table)).get(0));
        } catch (EiderException noFile) {
            return Optional.empty();
        }
    }
}
