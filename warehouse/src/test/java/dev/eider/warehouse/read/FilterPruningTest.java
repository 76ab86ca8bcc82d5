package dev.eider.warehouse.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eider.catalog.EiderException;
import dev.eider.warehouse.TestRows;
import dev.eider.warehouse.TestWarehouse;
import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilterPruningTest {
    @TempDir
    Path directory;

    @Test
    void touchesNoFileThatAConditionRulesOut() throws IOException {
        try (TestWarehouse test = new TestWarehouse(directory)) {
            append(test, 200);
            List<Path> lost = test.files().stream()
                    .filter(file -> file.endsWith(".parquet"))
                    .map(Locations::path)
                    .toList();
            append(test, 100);
            for (Path file : lost) {
                Files.delete(file);
            }

            assertThat(test.query("SELECT count(*) FROM t WHERE id < 200")).containsExactly("10");
            assertThat(test.query("SELECT name FROM main.t AS x WHERE x.id IN (103, 7000)"))
                    .containsExactly("name 103");
            assertThat(test.query("SELECT count(*) FROM t WHERE name LIKE 'name 10%' AND length(name) > 1"))
                    .containsExactly("9");
            assertThat(
                            test.query(
                                    "SELECT count(*) FROM t a JOIN t b ON a.id = b.id AND a.id < 200 WHERE b.id BETWEEN 105 AND 150"))
                    .containsExactly("5");
            assertThatThrownBy(() -> test.query("SELECT count(*) FROM t WHERE id % 2 = 0 AND id <= 205"))
                    .isInstanceOf(EiderException.class);
        }
    }

    private static void append(TestWarehouse test, long from) {
        test.append("t", TestRows.numbered(test.allocator(), from, 10, 1));
    }
}
