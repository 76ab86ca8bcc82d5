package dev.eider.warehouse.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eider.warehouse.engine.EngineConfig;
import dev.eider.warehouse.engine.EngineConnection;
import dev.eider.warehouse.engine.QueryEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.PartitionData;
import org.apache.iceberg.PartitionSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is deleted by position is left out of a scan, in whichever form it is kept, and nothing else is. */
class DeletedRowsTest {
    @TempDir
    private Path directory;

    private QueryEngine engine;

    @BeforeEach
    void open() throws Exception {
        Path data = Files.createDirectories(directory.resolve("data"));
        engine = QueryEngine.open(new EngineConfig(256L << 20, 2, directory.resolve("spill"), 1L << 30), List.of(data));
    }

    @AfterEach
    void close() {
        engine.close();
    }

    /** Rows of a file cross pages of bits and the engine's vectors; more files than one level of numbers has. */
    @ParameterizedTest
    @CsvSource({
        "1, 70001, 2, ANTI JOIN",
        "5, 40001, 3, ANTI JOIN",
        "1, 70001, 700, get_bit",
        "2, 70001, 70001, get_bit",
        "5, 3001, 40, get_bit",
        "9, 17, 5, get_bit",
        "3, 1, 1, get_bit",
        "3, 9, 0, ANTI JOIN"
    })
    void exactlyTheDeletedRowsAreLeftOut(int files, int rows, int deleted, String by) {
        Random random = new Random(files * 31L + rows);
        List<DeletedRows.File> scan = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        try (EngineConnection connection = engine.connect()) {
            for (int number = 0; number < files; number++) {
                TreeSet<Long> gone = new TreeSet<>();
                while (gone.size() < deleted) {
                    gone.add((long) random.nextInt(rows));
                }
                scan.add(new DeletedRows.File(file(connection, number, rows), numbers(gone)));
                int shown = number;
                LongStream.range(0, rows)
                        .filter(row -> !gone.contains(row))
                        .forEach(row -> expected.add(shown + " " + row));
            }

            assertThat(live(connection, scan, by).stream().sorted().toList())
                    .isEqualTo(expected.stream().sorted().toList());
        }
    }

    @Test
    void numbersBehindTheEndOfAFileDeleteNothing() {
        try (EngineConnection connection = engine.connect()) {
            RowNumbers gone = numbers(List.of(0L, 3L, 4L, 7L, 8L, 70_000L, 1L << 40));

            assertThat(live(connection, List.of(new DeletedRows.File(file(connection, 0, 4), gone)), "get_bit"))
                    .containsExactlyInAnyOrder("0 1", "0 2");
        }
    }

    @Test
    void severalScansOfAConnectionKeepTheirOwn() {
        try (EngineConnection connection = engine.connect()) {
            ScanFile file = file(connection, 0, 4);
            DeletedRows one = DeletedRows.of(List.of(new DeletedRows.File(file, numbers(List.of(0L)))), connection);
            DeletedRows other = DeletedRows.of(List.of(new DeletedRows.File(file, numbers(List.of(3L)))), connection);

            assertThat(rows(connection, List.of(file), one)).containsExactlyInAnyOrder("0 1", "0 2", "0 3");
            assertThat(rows(connection, List.of(file), other)).containsExactlyInAnyOrder("0 0", "0 1", "0 2");
            assertThat(rows(connection, List.of(file), one)).hasSize(3);
        }
    }

    private List<String> live(EngineConnection connection, List<DeletedRows.File> scan, String by) {
        DeletedRows deleted = DeletedRows.of(scan, connection);
        assertThat(deleted.join() + deleted.condition()).contains(by);
        return rows(connection, scan.stream().map(DeletedRows.File::file).toList(), deleted);
    }

    private List<String> rows(EngineConnection connection, List<ScanFile> files, DeletedRows deleted) {
        String paths = files.stream()
                .map(file -> "'" + file.location() + "'")
                .collect(Collectors.joining(", ", "[", ", '" + engine.fileWithoutRows() + "']"));
        String schema = "MAP {1: {name: 'n', type: 'BIGINT', default_value: NULL}}";
        return connection.query(
                "SELECT r.file_index || ' ' || r.file_row_number FROM read_parquet(%s, schema => %s) AS r%s%s"
                        .formatted(paths, schema, deleted.join(), deleted.condition()),
                row -> row.getString(1));
    }

    private ScanFile file(EngineConnection connection, int number, int rows) {
        Path path = directory.resolve("data").resolve(number + ".parquet");
        connection.execute("COPY (SELECT range AS n FROM range(%d)) TO '%s' (FORMAT parquet, FIELD_IDS {n: 1})"
                .formatted(rows, path));
        return new ScanFile(
                path.toString(),
                FileFormat.PARQUET,
                rows,
                1,
                0,
                new PartitionData(PartitionSpec.unpartitioned().partitionType()),
                1,
                -1,
                Set.of(),
                List.of());
    }

    private static RowNumbers numbers(Iterable<Long> rows) {
        RowNumbers.Builder numbers = new RowNumbers.Builder();
        rows.forEach(numbers::add);
        return numbers.build();
    }
}
