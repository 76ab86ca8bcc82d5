package dev.eider.benchmark;

import dev.eider.warehouse.storage.Locations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.types.Types.NestedField;

/**
 * The sum of one column over 10,000,000 rows of which 1% are deleted by position, against the same rows before that:
 * once by position delete files (format version 2), once by deletion vectors (3).
 *
 * <p>What the sums have to be is computed from the files, without Eider's reader and without Iceberg's.
 */
final class DeletesBenchmark {
    private static final String MEMORY = "1GB";
    private static final long ROWS = 10_000_000;
    private static final int APPENDS = 4;
    private static final double GOAL = 3;
    private static final Schema SCHEMA = new Schema(
            NestedField.optional(1, "id", Types.LongType.get()), NestedField.optional(2, "v", Types.LongType.get()));

    private final Path directory;
    private final BufferAllocator allocator;
    private final int threads;
    private final Optional<Path> extensions;

    /** Contenders that need DuckDB's iceberg extension run if it lies below {@code extensions}. */
    DeletesBenchmark(Path directory, BufferAllocator allocator, int threads, Optional<Path> extensions) {
        this.directory = directory;
        this.allocator = allocator;
        this.threads = threads;
        this.extensions = extensions;
    }

    void run(int runs) throws Exception {
        try (LocalServer server = new LocalServer(directory.resolve("deletes"), threads, MEMORY, allocator);
                StockCatalog catalog = StockCatalog.open(server.catalogUri(), server.warehouse());
                DuckDb duckDb = DuckDb.open(threads, MEMORY, extensions)) {
            for (int formatVersion : List.of(2, 3)) {
                compare(runs, formatVersion, server, catalog, duckDb);
            }
        }
    }

    private void compare(int runs, int formatVersion, LocalServer server, StockCatalog catalog, DuckDb duckDb)
            throws Exception {
        String name = "deletes_v" + formatVersion;
        catalog.create(name, SCHEMA, Map.of(TableProperties.FORMAT_VERSION, Integer.toString(formatVersion)));
        for (int append = 0; append < APPENDS; append++) {
            server.run("INSERT INTO %s SELECT range, range * 2654435761 %% 1000003 FROM range(%d, %d)"
                    .formatted(name, ROWS / APPENDS * append, ROWS / APPENDS * (append + 1)));
        }
        Table table = catalog.load(name);
        long whole = table.currentSnapshot().snapshotId();
        List<Path> files = StockCatalog.dataFiles(table);
        RandomDeletes deletes = new RandomDeletes(table);
        deletes.commit();

        String sum = "SELECT CAST(sum(v) AS BIGINT) AS total FROM ";
        List<Contender> contenders = new ArrayList<>();
        Map<String, String> expected = new HashMap<>();
        String all = answer(files, deletes, duckDb, false);
        String left = answer(files, deletes, duckDb, true);
        contenders.add(new Contender("Eider, 1% deleted", () -> eider(server, sum + name)));
        contenders.add(new Contender(
                "Eider, none deleted", () -> eider(server, sum + name + " AT (VERSION => %d)".formatted(whole))));
        contenders.add(new Contender(
                "DuckDB in process, none deleted", () -> duckDb(duckDb, sum + DuckDb.readParquet(files))));
        contenders.forEach(contender -> expected.put(contender.name(), all));
        expected.put("Eider, 1% deleted", left);
        if (formatVersion == 2) {
            String antiJoin = DuckDb.readParquet(files) + " AS r ANTI JOIN (SELECT replace(file_path, 'file://', '') AS"
                    + " file_path, pos FROM " + DuckDb.readParquet(deletes.files())
                    + ") AS d ON r.filename = d.file_path AND r.file_row_number = d.pos";
            add(contenders, expected, left, "DuckDB in process, anti join", () -> duckDb(duckDb, sum + antiJoin));
        }
        if (duckDb.readsIceberg()) {
            String scan = "iceberg_scan('%s')".formatted(metadata(table));
            add(contenders, expected, left, "DuckDB in process, iceberg_scan", () -> duckDb(duckDb, sum + scan));
        }
        String title = "(d) sum over 10,000,000 rows in %d files, 1%% deleted by %s"
                .formatted(files.size(), formatVersion == 2 ? "position delete files" : "deletion vectors");
        List<Double> medians = new Comparison(title, runs, contenders)
                .verifiedBy((contender, answer) -> check(contender, answer, expected))
                .run();
        print(contenders, medians);
    }

    private static void add(
            List<Contender> contenders, Map<String, String> expected, String answer, String name, Contender.Work work) {
        contenders.add(new Contender(name, work));
        expected.put(name, answer);
    }

    private static void print(List<Contender> contenders, List<Double> medians) {
        for (int i = 1; i < contenders.size(); i++) {
            System.out.printf(
                    Locale.ROOT,
                    "  %.2f times as long as %s%s%n",
                    medians.get(0) / medians.get(i),
                    contenders.get(i).name(),
                    i == 1 ? " (goal: at most %.1f)".formatted(GOAL) : "");
        }
    }

    /** Two answers are right: with the deleted rows and without. */
    private static String check(String contender, String answer, Map<String, String> expected) {
        String right = Objects.requireNonNull(expected.get(contender), "expected");
        return answer.equals(right)
                ? "as computed from the files"
                : "%s: %s, not %s".formatted(contender, answer, right);
    }

    private static String eider(LocalServer server, String sql) throws Exception {
        Drain drain = new Drain();
        server.get(sql, drain);
        return drain.checksum();
    }

    private String duckDb(DuckDb duckDb, String sql) throws Exception {
        Drain drain = new Drain();
        duckDb.stream(sql, allocator, drain);
        return drain.checksum();
    }

    private static String metadata(Table table) {
        String location = ((BaseTable) table).operations().current().metadataFileLocation();
        return Locations.path(location).toString();
    }

    /** Returns what a sum has to be, from the values in their order in the files. */
    private String answer(List<Path> files, RandomDeletes deletes, DuckDb duckDb, boolean withoutDeleted)
            throws Exception {
        long sum = 0;
        for (Path file : files) {
            sum += sum(file, deletes, duckDb, withoutDeleted);
        }
        return "1 rows, sum " + sum;
    }

    private long sum(Path file, RandomDeletes deletes, DuckDb duckDb, boolean withoutDeleted) throws Exception {
        long sum = 0;
        long position = 0;
        try (ArrowReader rows = duckDb.reader("SELECT v FROM " + DuckDb.readParquet(List.of(file)), allocator)) {
            while (rows.loadNextBatch()) {
                BigIntVector values = (BigIntVector) rows.getVectorSchemaRoot().getVector(0);
                for (int i = 0; i < values.getValueCount(); i++) {
                    if (!withoutDeleted || !deletes.contains(file, position)) {
                        sum += values.get(i);
                    }
                    position++;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read " + file, e);
        }
        return sum;
    }
}
